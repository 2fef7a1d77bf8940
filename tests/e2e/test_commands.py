"""Commands that need no database, as other programs call them: route, redact, rules. Formats to the letter."""

import json

import pytest

CARD = "4111 1111 1111 1111"
RULES = """\
version: 1
queues:
  general: {default: true}
  fees:
templates:
  receipt: {en: "{{ticket.number}}"}
rules:
  - id: fee
    when: {message.any|has: [fee]}
    then: {tag: money, urgency: high, queue: fees}
tests:
  - name: a fee
    message: what a fee
    expect: {queue: fees}
"""
FIELDS = [
    "message_id", "duplicate", "ticket", "ticket_new", "contact", "language", "tags", "urgency", "queue", "related",
    "text", "redactions", "reasons",
]  # fmt: skip


def line(
    message_id="m1", text="hello", *, at="2026-11-02T08:00:03Z", sender="77", channel="telegram", **fields
) -> bytes:
    person = fields.pop("person", {})
    found = {
        "channel": channel,
        "message_id": message_id,
        "visibility": "private",
        "sent_at": at,
        "sender": {"id": sender} | person,
    }
    if "html" not in fields:
        found["text"] = text
    return json.dumps(found | fields, ensure_ascii=False).encode() + b"\n"


@pytest.fixture
def route(command):
    def routed(*lines, arguments=(), code=0):
        got, out, err = command("route", *arguments, "-", stdin=b"".join(lines))
        assert got == code, err
        return [json.loads(answer) for answer in out.splitlines()]

    return routed


def test_route_answers_each_line_in_order_with_every_field(route):
    first, second = route(line("m1", "我的币被人转走了", sender="1"), line("m2", "how high is the fee?", sender="2"))
    assert list(first) == list(second) == FIELDS
    assert (first["message_id"], first["ticket"], first["ticket_new"], first["contact"]) == (
        "m1",
        "T-1001",
        True,
        "C-1",
    )
    assert (first["language"], first["urgency"], first["queue"]) == ("zh", "critical", "emergency")
    assert "stolen-funds" in first["tags"]
    reason = next(r for r in first["reasons"] if r["rule"] == "stolen-funds")
    assert all("转走" in first["text"][start:end] for start, end in reason["at"])
    assert reason["at"]
    assert (second["ticket"], second["contact"], second["duplicate"]) == ("T-1002", "C-2", False)


def test_route_repeats_a_decision_for_a_duplicate_whatever_its_text(route):
    first, again, other = route(line("m1", "lost my phone"), line("m1", "hello"), line("m1", account="second"))
    assert again == first | {"duplicate": True, "ticket_new": False}
    assert other["duplicate"] is False
    assert other["ticket"] != first["ticket"]


def test_route_puts_an_error_in_a_bad_lines_place_and_goes_on(route):
    answers = route(
        line("m1"), b"not json\n", b"\n", b'{"channel":"x"}\n', line("m2", at="2026-11-02 08:00"), line("m3"), code=1
    )
    assert [a.get("line") for a in answers] == [None, 2, 4, 5, None]
    assert [list(a) for a in answers if "line" in a] == [["line", "error"]] * 3
    assert answers[2]["error"].startswith("message_id: missing")
    assert answers[3]["error"].startswith("sent_at: ")
    assert (answers[0]["message_id"], answers[4]["message_id"]) == ("m1", "m3")


def test_route_takes_its_last_line_without_an_end_and_nothing_at_all(route):
    assert [a["message_id"] for a in route(line("m1").rstrip())] == ["m1"]
    assert route() == []


def test_route_counts_offsets_in_code_points_of_the_field_as_it_came(route):
    text = f"💳  Ｃard {CARD} 谢谢"
    (answer,) = route(line("m1", text, subject=f"my card {CARD}"))
    assert answer["text"] == "💳  Ｃard [CARD] 谢谢"
    places = {r["field"]: (r["start"], r["end"]) for r in answer["redactions"]}
    assert [list(r) for r in answer["redactions"]] == [["field", "start", "end", "type"]] * 2
    assert text[slice(*places["text"])] == CARD
    assert places["subject"] == (8, 27)


def test_route_returns_the_derived_text_of_html_and_counts_in_it(route):
    (answer,) = route(line("m1", html=f"<div>my&nbsp;card</div><script>x</script><p>{CARD}</p>"))
    (found,) = answer["redactions"]
    assert "script" not in answer["text"]
    assert answer["text"].replace("[CARD]", CARD)[found["start"] : found["end"]] == CARD


def test_route_masks_personal_data_in_public_only(route):
    public, private = route(
        line("m1", "I am ann@example.org", visibility="public"), line("m2", "I am ann@example.org")
    )  # fmt: skip
    assert (public["text"], [r["type"] for r in public["redactions"]]) == ("I am [EMAIL]", ["EMAIL"])
    assert (private["text"], private["redactions"]) == ("I am ann@example.org", [])


def test_route_names_contacts_by_their_key(route, tmp_path):
    contacts = tmp_path / "contacts.ndjson"
    contacts.write_bytes(
        b'{"contact":"ann","emails":["Ann@Example.org"],"telegram":"77","linked":true}\n'
        b'{"contact":"bob","emails":["bob@example.org"],"vip":true}\n'
    )
    answers = route(
        line("m1"),
        line("m2", sender="ann@example.org", channel="email"),
        line("m3", sender="bob@example.org", channel="email"),
        line("m4", sender="eve@example.org", channel="email"),
        line("m5", sender="ann@example.org", channel="email", person={"verified": False}),
        arguments=("--contacts", contacts),
    )
    assert [a["contact"] for a in answers[:3]] == ["ann", "ann", "bob"]
    assert answers[0]["ticket"] != answers[1]["ticket"]
    assert answers[3]["contact"].startswith("C-")
    assert answers[4]["contact"] not in {"ann", answers[3]["contact"]}
    assert answers[4]["related"] == [answers[1]["ticket"], answers[0]["ticket"]]


def test_route_tells_of_bad_contact_rows_and_decides_all_the_same(command, tmp_path):
    contacts = tmp_path / "contacts.ndjson"
    contacts.write_bytes(b'{"contact":"a","telegram":"77"}\n{"contact":"b","telegram":"77"}\n{"name":"x"}\n')
    code, out, err = command("route", "--contacts", contacts, "-", stdin=line())
    assert code == 1
    assert json.loads(out)["contact"] == "a"
    assert err.splitlines()[0].startswith("contacts: line 2: telegram '77' already belongs to contact 'a'")
    assert err.splitlines()[1].startswith("contacts: line 3: contact: missing")


def test_route_relates_a_quoted_number_and_joins_by_what_proves(route):
    mail = {"channel": "email", "sender": "ann@example.org"}
    first, quoting, answer, stranger = route(
        line("<1@x>", **mail),
        line("<2@x>", "about T-1001", channel="email", sender="bob@example.org"),
        line("<3@x>", in_reply_to="<1@x>", **mail),
        line("<4@x>", in_reply_to="<1@x>", channel="email", sender="ann@elsewhere.example"),
    )
    assert (quoting["ticket"], quoting["related"]) == ("T-1002", ["T-1001"])
    assert (answer["ticket"], answer["ticket_new"], answer["contact"]) == ("T-1001", False, first["contact"])
    assert stranger["ticket"] == "T-1001"
    assert stranger["contact"] not in {first["contact"], quoting["contact"]}


def test_route_judges_by_other_rules(route, tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES)
    fee, other = route(line("m1", "what a fee"), line("m2", "stolen", sender="2"), arguments=("--rules", tmp_path))
    assert (fee["queue"], fee["urgency"], fee["tags"]) == ("fees", "high", ["money"])
    assert (other["queue"], other["urgency"], other["tags"], other["reasons"]) == ("general", "normal", [], [])


def test_route_follows_edits_deletes_and_receipts(route):
    told, edited, deleted = route(
        line("m1", "it was stollen"),
        line("e1", "the fee is high", kind="edit", target_id="m1"),
        line("d1", "", kind="delete", target_id="m1"),
    )
    assert [a["ticket"] for a in (told, edited, deleted)] == ["T-1001"] * 3
    assert (edited["ticket_new"], edited["text"]) == (False, "the fee is high")


def test_route_keeps_time_by_the_latest_line(route):
    """A solved ticket cannot be made here; that lines out of order are taken is what counts."""
    answers = route(line("m1", at="2026-11-02T08:00:03Z"), line("m2", at="2020-01-01T00:00:00+08:00"))
    assert [a["ticket"] for a in answers] == ["T-1001", "T-1001"]


def test_more_lines_than_a_batch_hold_together(route):
    answers = route(*(line(f"m{n}", f"about T-{1001 + n}", sender=str(n % 7)) for n in range(450)))
    assert [a["message_id"] for a in answers] == [f"m{n}" for n in range(450)]
    assert {a["ticket"] for a in answers} == {f"T-{1001 + n}" for n in range(7)}


def test_route_survives_lines_of_any_size_and_depth(route):
    long = "so long a story. " * 20_000
    answers = route(
        line("m1"), line("m2", "x" * 26_300_000), b"[" * 200_000 + b"\n", line("m3", long), line("m4"), code=1
    )
    assert [a.get("message_id", a.get("line")) for a in answers] == ["m1", 2, 3, "m3", "m4"]
    assert "at most 26214400 are taken" in answers[1]["error"]
    assert answers[2]["error"] == "nested too deeply"
    assert answers[3]["text"] == long[:200_000]


def test_the_same_input_gives_the_same_output(command):
    stdin = b"".join(line(f"m{n}", "where is my coin", sender=str(n % 3)) for n in range(30))
    assert command("route", stdin=stdin) == command("route", stdin=stdin)


def test_what_is_related_does_not_depend_on_what_is_read_together(route):
    said = "the swap is stuck for hours and nothing moves, please look at it"
    lines = [{"message_id": f"m{n}", "text": said, "sender": f"s{n}"} for n in range(8)]
    together = route(*[line(**each) for each in lines])
    assert together == route(*[line(**each, note="T-") for each in lines]), "a number in a line has it read by itself"
    assert together[-1]["related"] == ["T-1003", "T-1004", "T-1005", "T-1006", "T-1007"]


@pytest.mark.parametrize(("known", "named"), [("<a@x.org>", "a@x.org"), ("a@x.org", "<a@x.org>")])
@pytest.mark.parametrize("field", ["in_reply_to", "references"])
def test_a_mail_answers_a_known_message_id_however_either_is_written(route, known, named, field):
    asked = line(known, "where is my coin", channel="email", sender="ann@x.org")
    answer = line(
        "b", "any news?", channel="email", sender="bob@x.org", **{field: named if field[0] == "i" else [named]}
    )
    first, second = route(asked, answer)
    assert (second["ticket"], second["ticket_new"]) == (first["ticket"], False)
    assert second["contact"] != first["contact"]


# --- redact -------------------------------------------------------------------------------------------------------


def test_redact_is_a_filter(command, tmp_path):
    text = f"my card {CARD}\r\nthanks\n"
    assert command("redact", stdin=text.encode()) == (1, "my card [CARD]\r\nthanks\n", "")
    assert command("redact", stdin=b"nothing here\n") == (0, "nothing here\n", "")
    (tmp_path / "text").write_bytes(text.encode())
    assert command("redact", tmp_path / "text")[:2] == (1, "my card [CARD]\r\nthanks\n")


def test_redact_tells_the_redactions_as_an_array(command):
    code, out, _ = command("redact", "--json", stdin=f"💳 {CARD} 你好".encode())
    assert code == 1
    assert json.loads(out) == [{"field": "text", "start": 2, "end": 21, "type": "CARD"}]
    assert command("redact", "--json", stdin=b"nothing")[:2] == (0, "[]\n")


def test_redact_goes_by_visibility(command):
    assert command("redact", stdin=b"ann@example.org")[:2] == (0, "ann@example.org")
    assert command("redact", "--visibility", "public", stdin=b"ann@example.org")[:2] == (1, "[EMAIL]")


def test_redact_takes_any_bytes(command):
    code, out, _ = command("redact", stdin=b"\xff\x00 " + CARD.encode())
    assert (code, out) == (1, "\ufffd\x00 [CARD]")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_redact_reads_what_a_mark_of_byte_order_says(command, encoding):
    marked = f"\ufeff💳 {CARD}" if encoding == "utf-16-be" else f"💳 {CARD}"
    assert command("redact", stdin=marked.encode(encoding))[:2] == (1, "\ufeff💳 [CARD]")


# --- rules --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rules(tmp_path):
    def written(text=RULES):
        (tmp_path / "rules.yaml").write_text(text)
        return tmp_path

    return written


def test_rules_check_names_every_mistake(command, rules):
    assert command("rules", "check", rules()) == (0, "1 file: 0 errors, 0 warnings\n", "")
    code, out, _ = command("rules", "check", rules(RULES.replace("high, queue: fees", "hihg, queue: feees")))
    assert code == 1
    assert "rules.yaml:10:" in out
    assert "did you mean fees?" in out
    assert "2 errors" in out
    code, out, _ = command("rules", "check", "--json", rules(RULES.replace("urgency: high", "urgency: hihg")))
    (problem,) = json.loads(out)
    assert (code, problem["file"], problem["line"], problem["severity"]) == (1, "rules.yaml", 10, "error")


def test_rules_test_runs_what_stands_in_the_files(command, rules):
    assert command("rules", "test", rules())[:2] == (0, "\n".join([
        "rules.yaml fee: never false: line 9 message.any|has",
        "0 of 1 conditions were true in one test and false in another",
        "1 tests: 0 failures\n",
    ]))  # fmt: skip
    code, out, _ = command("rules", "test", rules(RULES.replace("expect: {queue: fees}", "expect: {queue: general}")))
    assert code == 1
    assert "1 tests: 1 failures" in out
    assert "a fee" in out
    code, out, _ = command("rules", "test", "--json", rules())
    (condition,) = json.loads(out)["conditions"]
    assert [condition[key] for key in ("rule", "line", "held", "failed")] == ["fee", 9, 1, 0]


def test_the_shipped_pack_passes_its_own_tests(command):
    assert command("rules", "check")[0] == 0
    code, out, _ = command("rules", "test", "--json")
    assert code == 0
    assert json.loads(out)["failures"] == []


def test_rules_explain_tells_which_words(command, rules, tmp_path):
    code, out, _ = command("rules", "explain", "what a fee", "--rules", rules())
    assert code == 0
    assert "fee (rules.yaml:8): fired" in out
    assert command("rules", "explain", "-", "--rules", tmp_path, stdin=b"what a fee\n") == (0, out, "")
    (tmp_path / "message.json").write_bytes(line("m1", html="<p>what a <b>fee</b></p>"))
    code, out, _ = command("rules", "explain", tmp_path / "message.json", "--rules", tmp_path, "--json")
    assert (code, json.loads(out)["verdict"]["queue"]) == (0, "fees")


def test_rules_explain_says_what_is_wrong_with_a_message(command):
    code, _, err = command("rules", "explain", '{"channel": 5}')
    assert code == 1
    assert err.startswith("switchboard: the message: ")
    assert "the rules" not in err


def test_rules_fmt_writes_one_layout_and_check_names_who_has_another(command, rules, tmp_path):
    folder, path = rules(RULES), tmp_path / "rules.yaml"
    (tmp_path / "unread.txt").write_text("- not: [ours")
    assert command("rules", "fmt", "--check", folder) == (0, "1 file: 0 would change, 0 with mistakes\n", "")
    path.write_text(
        RULES.replace("{tag: money, urgency: high, queue: fees}", "{urgency: high,   tag: money, queue: fees}")
    )
    path.chmod(0o640)
    other = path.read_bytes()
    said = f"would change: {path}\n1 file: 1 would change, 0 with mistakes\n"
    assert command("rules", "fmt", "--check", folder) == (1, said, "")
    assert path.read_bytes() == other
    assert command("rules", "fmt", folder)[:2] == (0, f"formatted: {path}\n1 file: 1 formatted, 0 with mistakes\n")
    assert "then: {tag: money, urgency: high, queue: fees}" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["rules.yaml", "unread.txt"]


def test_rules_fmt_says_formatted_of_what_it_has_written_only(command, rules, tmp_path):
    folder, path = rules(RULES.replace("tag: money,", "tag:   money,")), tmp_path / "rules.yaml"
    before = path.read_bytes()
    (tmp_path / ".rules.yaml.new").mkdir()  # where the new text would be drafted
    path.chmod(0o640)
    exit_code, said, _ = command("rules", "fmt", folder)
    assert exit_code != 0
    assert "formatted" not in said
    assert path.read_bytes() == before


def test_rules_fmt_leaves_a_file_with_mistakes_alone(command, tmp_path):
    bad, good = tmp_path / "bad.yaml", tmp_path / "good.yaml"
    bad.write_text("version:  1\nrulse: []\n")
    good.write_text("version:  1\n")
    code, out, err = command("rules", "fmt", bad, good)
    assert (code, out) == (1, f"formatted: {good}\n2 files: 1 formatted, 1 with mistakes\n")
    assert err.startswith(f"error: {bad}:2:1 unknown-key ")
    assert (bad.read_text(), good.read_text()) == ("version:  1\nrulse: []\n", "version: 1\n")
    assert command("rules", "fmt", tmp_path / "gone.yaml")[0] == 2


def test_rules_schema_offers_the_names_of_a_folder(command, rules):
    code, out, _ = command("rules", "schema", rules())
    then = json.loads(out)["definitions"]["rule"]["properties"]["then"]["properties"]
    assert (code, then["queue"]["enum"]) == (0, ["general", "fees"])
    code, out, _ = command("rules", "schema")
    assert code == 0
    assert "enum" not in json.loads(out)["definitions"]["rule"]["properties"]["then"]["properties"]["queue"]
    assert command("rules", "schema", rules("version: 1\nrulse: []\n"))[0] == 78


@pytest.mark.parametrize("arguments", [["route", "--rules"], ["rules", "check"], ["rules", "test"]])
def test_a_folder_without_rules_is_a_matter_of_configuration(command, tmp_path, arguments):
    (tmp_path / "none").mkdir()
    code, _, err = command(*arguments, tmp_path / "none")
    assert code == 78
    assert "put at least one .yaml file" in err


def test_broken_rules_decide_nothing(command, rules):
    code, out, err = command("route", "--rules", rules("version: 1\nrulse: []\n"), stdin=line())
    assert (code, out) == (78, "")
    assert "rules.yaml:2:1" in err
    assert "did you mean rules?" in err
