"""For containers: exit 0 when the web server of this container answers, and is ready if asked to be.

python -m hackathon.healthcheck [ready]
"""

import sys
from http.client import HTTPConnection, HTTPException
from os import environ


def main() -> int:
    path = "/health/ready/" if sys.argv[1:] == ["ready"] else "/health/"
    host = environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    connection = HTTPConnection("127.0.0.1", 8000, timeout=4)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        text = answer.read(500).decode(errors="replace")
    except (OSError, HTTPException) as fault:
        sys.stderr.write(f"{type(fault).__name__}\n")
        return 1
    sys.stderr.write(text + "\n")
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
