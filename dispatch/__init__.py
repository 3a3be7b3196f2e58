"""What happens on a call: incidents, alerts, streams and webhooks."""
