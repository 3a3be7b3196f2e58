"""The HTTP and websocket doors of the dispatch room."""
