"""The pure heart of dispatch: what happened, what may happen next, and who is to be alerted."""
