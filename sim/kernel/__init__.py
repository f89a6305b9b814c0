"""The compiled day. It knows arrays and numbers; it imports nothing of ``sim`` but itself and its cache."""
