"""Where reports can be asked for inside mitmproxy (SPEC S3.27): its commands, its HTTP API, an address, an option.

In: words, as in the shell. Out: rows, in each place's own form. All places ask one worker, whose thread is not the
event loop's: no answer, however long it takes, holds up traffic.
"""
