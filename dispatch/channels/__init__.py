"""Ways to a volunteer whose app is closed: messages through a gateway, and pushes to a browser."""
