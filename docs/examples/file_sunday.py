#!/usr/bin/env python3
"""File a Sunday's duty logs from a CSV through the API. Needs Python 3.9 or newer and nothing else; safe to run twice within a week.

    LIAISON_PASSWORD=… python3 file_sunday.py https://liaison.example guanting 2026-03-01 sunday.csv

Columns of the CSV (UTF-8, as spreadsheets save it): branch, present, late, absent, received, summary, opinion, category.
`present`, `late` and `absent` hold deputies' codes with spaces between; who is on the roster and named nowhere counts as present
where all three are empty. One line a branch; a further line of the same branch only adds its opinion. Each branch's log is sent
with a key of its own, so that a second run with the same file answers the same numbers and files nothing anew.

Exit code: 0 all filed, 1 something was refused or left out (said in words), 2 could not start.
"""

# ruff: noqa: T201, S310 - prints for people, and opens the address that its user names

import csv
import hashlib
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

STATUSES = ("present", "late", "absent")


class Refused(Exception):
    """The other side said no; the message is for people."""


class Client:
    def __init__(self, site: str):
        self.base = f"{site.rstrip('/')}/api/v1/"
        self.token = ""

    def call(self, method: str, path: str, body=None, key: str = ""):
        """Return the answer's JSON (None without any). Raises Refused with the problem in words."""
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise Refused(in_words(error)) from error
        except urllib.error.URLError as error:
            raise Refused(f"连不上{self.base}:{error.reason}") from error
        return json.loads(text) if text else None


def in_words(error) -> str:
    """The sentences of a problem document, field by field."""
    try:
        problem = json.loads(error.read())
    except ValueError:
        return f"服务器回答{error.code}"
    fields = [f"{name}:{sentence}" for name, sentence in problem.get("errors", {}).items()]
    return ";".join(fields) or problem.get("detail", f"服务器回答{error.code}")


def read_rows(path: str) -> list:
    """The lines of the CSV as (line number, row), without blank ones. Raises Refused for a column that is missing."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if "branch" not in (reader.fieldnames or []):
            raise Refused("第一行要写列名,至少要有 branch 这一列")
        rows = []
        for row in reader:
            tidy = {name: (text or "").strip() for name, text in row.items() if name and not isinstance(text, list)}
            if any(tidy.values()):
                rows.append((reader.line_num, tidy))
    return rows


def logs_of(rows: list, day: str, on_duty: dict) -> tuple:
    """Turn the lines into logs by branch, and sentences about what could not be used."""
    logs, problems = {}, []
    for line, row in rows:
        branch = row["branch"]
        try:
            if branch not in logs:
                logs[branch] = new_log(row, day, on_duty.get(branch, []))
            elif any(row.get(name) for name in (*STATUSES, "received", "summary")):
                raise Refused(f"分站{branch}前面已经有一行了,这一行只能补意见,到岗、人数和内容请写在前面那一行")
        except Refused as error:
            problems.append(f"第{line}行没有用:{error}")
            continue
        if row.get("opinion"):
            opinion = {"text": row["opinion"], "category": row.get("category") or "other"}
            if opinion in logs[branch]["opinions"]:
                problems.append(f"第{line}行没有用:这条意见前面已经有了")
            else:
                logs[branch]["opinions"].append(opinion)
    return logs, problems


def new_log(row: dict, day: str, on_duty: list) -> dict:
    if not row["branch"]:
        raise Refused("没有写分站的编号")
    named = [(code, status) for status in STATUSES for code in row.get(status, "").split()]
    people = named or [(code, "present") for code in on_duty]
    if not people:
        raise Refused("没有写谁到岗,排班上也没有人")
    received = row.get("received") or "0"
    if not (received.isascii() and received.isdigit()):
        raise Refused(f"接待人数“{received}”不是整数")
    return {
        "branch": row["branch"], "date": day, "received": int(received), "summary": row.get("summary", ""),
        "attendance": [{"deputy": code, "status": status} for code, status in people], "opinions": [],
    }  # fmt: skip


def key_of(log: dict) -> str:
    """The same log has the same key, however often it is sent; a corrected one is a new request."""
    text = json.dumps(log, sort_keys=True, ensure_ascii=False)
    return f"sunday-{log['date']}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def roster(client: Client, day: str) -> dict:
    """Who is on duty that day, by branch."""
    found = client.call("GET", f"rosters/?{urllib.parse.urlencode({'month': day[:7]})}")
    return {row["branch"]: row["deputies"] for row in found["shifts"] if row["date"] == day}


def file_logs(client: Client, logs: dict) -> bool:
    """Send each log, say its number or what is wrong with it; whether all were taken."""
    complete = True
    for branch, log in logs.items():
        try:
            filed = client.call("POST", "duty-logs/", log, key=key_of(log))
        except Refused as error:
            complete = False
            print(f"{branch} 没有登记:{error}")
        else:
            numbers = "、".join(row["number"] for row in filed["opinions"])
            print(f"{branch} 登记好了:工作日志{filed['number']}" + (f",意见{numbers}" if numbers else ""))
    return complete


def main(arguments: list) -> int:
    if len(arguments) != 4 or "LIAISON_PASSWORD" not in os.environ:
        print(__doc__)
        return 2
    site, username, day, path = arguments
    client = Client(site)
    try:
        rows = read_rows(path)
        password = os.environ["LIAISON_PASSWORD"]
        client.token = client.call("POST", "auth/token/", {"username": username, "password": password})["token"]
        logs, problems = logs_of(rows, day, roster(client, day))
    except (Refused, OSError, UnicodeDecodeError) as error:
        print(f"没有开始:{error}")
        return 2
    for problem in problems:
        print(problem)
    complete = file_logs(client, logs)
    client.call("DELETE", "auth/token/")
    return 0 if complete and not problems else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
