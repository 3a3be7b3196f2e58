"""A volunteer's stream that goes silent without being closed, as behind a dead router, while requests get through."""

from playwright.sync_api import Page, WebSocketRoute


class SilentStream:
    """Set up before the page opens its stream; `hush` from then on drops everything on it, on new streams too."""

    def __init__(self, page: Page) -> None:
        self._is_hushed = False
        self.opened = 0
        page.context.route_web_socket("**/streams/volunteer", self._carry)

    def hush(self) -> None:
        self._is_hushed = True

    def _carry(self, route: WebSocketRoute) -> None:
        self.opened += 1
        server = route.connect_to_server()
        route.on_message(lambda message: None if self._is_hushed else server.send(message))
        server.on_message(lambda message: None if self._is_hushed else route.send(message))
