"""Ports for servers of the tests, several of which start at the same time in different processes."""

import socket

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that the system gives nobody else for the next minute, though a server may listen on it at once.

    A connection that was closed from this side leaves the port in TIME_WAIT: the system then passes it over when
    somebody asks for any port, and a server that sets SO_REUSEADDR, as ours do, may have it all the same.
    """
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((HOST, 0))
        server.listen(1)
        port = int(server.getsockname()[1])
        with socket.create_connection((HOST, port)) as caller:
            server.accept()[0].close()
            caller.recv(1)
    return port
