"""`python -m tests.standin [--port N] [--account ID] [--region R] [--seed S]`: serve until interrupted."""

import argparse
import os

from . import server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standin")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; the port is printed")
    parser.add_argument("--account", default="123456789012", help="whose the default credentials are")
    parser.add_argument("--region", default=os.environ.get("AWS_REGION", "us-east-1"))
    parser.add_argument("--seed", default="0", help="the same seed and calls give the same names and ids")
    options = parser.parse_args()
    running = server.start(options.port, options.account, options.region, options.seed)
    print(running.port, flush=True)
    running.wait()


if __name__ == "__main__":
    main()
