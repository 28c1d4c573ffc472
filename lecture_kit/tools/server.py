"""A part of the Jupyter server: each message of a kernel goes to the browser at once.

Jupyter's server leaves Nagle's algorithm (RFC 896) on: a small message waits until the browser has
acknowledged the one before it, and a browser takes up to 40 ms for that. Each picture of a panel
comes just after such a small message.
"""


def _jupyter_server_extension_points():
    return [{"module": "lecture_kit.tools.server"}]


def _load_jupyter_server_extension(server):
    """Send without waiting on all connections to kernels that are made from now on."""
    settings = server.web_app.settings

    class PromptConnection(settings["kernel_websocket_connection_class"]):
        def connect(self):
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    settings["kernel_websocket_connection_class"] = PromptConnection
