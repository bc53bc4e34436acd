"""`launch.sh demo`: a recorded conversation through the real mitmdump, without network and without a key.

`recording.jsonl` holds what two agents asked and were answered (made up for this purpose, in the shape of the real
services), `recording.py` reads it, `agents.py` asks, `upstream.py` answers, `proxy.py` runs mitmdump between the two,
and `__main__.py` puts them together. What appears on the screen is mitmdump's own output.
"""
