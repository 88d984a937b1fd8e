"""One SMS transfer PDU, explained, with or without the service centre's address before it."""

from gateway.cli.explained import Explained, one_line, spaced, text_of
from protocols.sms import tpdu
from protocols.sms.address import Address, ServiceTime
from protocols.sms.tpdu import Deliver, StatusReport, Submit, UserData

ALPHABETS = {"gsm7": "GSM 7 bit", "ucs2": "UCS2", "octets": "8 bit data"}


def explain_tpdu(octets: bytes, charset: str | None) -> Explained:
    """Everything that stands in the octets. Never raises."""
    decoded = tpdu.decode(octets)
    found = Explained(faults=list(decoded.faults))
    if decoded.smsc is None:
        found.notes.append("no service centre's address leads")
    else:
        found.add("SMSC", decoded.smsc.shown, "none given" if not decoded.smsc.number else "")
    match decoded.tpdu:
        case Submit() as submit:
            _submit(submit, charset, found)
        case Deliver() as deliver:
            _deliver(deliver, charset, found)
        case StatusReport() as report:
            _status_report(report, found)
    return found


def _submit(submit: Submit, charset: str | None, found: Explained) -> None:
    found.add("TP-MTI", "SMS-SUBMIT", "to the service centre")
    found.add("TP-RD", int(submit.reject_duplicates))
    found.add(
        "TP-SRR", int(submit.status_report), "a status report is asked for" if submit.status_report else ""
    )
    found.add("TP-MR", submit.reference)
    _address("TP-DA", submit.destination, found)
    found.add("TP-PID", submit.protocol_id)
    found.add("TP-DCS", *_coding(submit.data))
    found.add("TP-VP", spaced(submit.validity), _validity(submit.validity))
    _user_data(submit.data, charset, found)


def _deliver(deliver: Deliver, charset: str | None, found: Explained) -> None:
    found.add("TP-MTI", "SMS-DELIVER", "from the service centre")
    found.add("TP-MMS", int(not deliver.more_to_come), "more to come" if deliver.more_to_come else "no more")
    found.add("TP-SRI", int(deliver.status_report))
    _address("TP-OA", deliver.originator, found)
    found.add("TP-PID", deliver.protocol_id)
    found.add("TP-DCS", *_coding(deliver.data))
    _time("TP-SCTS", deliver.sent, found)
    _user_data(deliver.data, charset, found)


def _status_report(report: StatusReport, found: Explained) -> None:
    found.add("TP-MTI", "SMS-STATUS-REPORT", "from the service centre")
    found.add("TP-MR", report.reference)
    _address("TP-RA", report.recipient, found)
    _time("TP-SCTS", report.sent, found)
    _time("TP-DT", report.discharged, found)
    found.add("TP-ST", f"{report.status:02x}", report.outcome)


def _address(name: str, address: Address, found: Explained) -> None:
    found.add(name, one_line(address.shown), f"type {address.kind:02x}")


def _time(name: str, time: ServiceTime, found: Explained) -> None:
    instant = time.instant
    if instant is None:
        found.add(name, time.digits, "no time")
        found.notes.append(f"{name} is no time: {time.digits}")
    else:
        found.add(name, instant.isoformat())


def _coding(data: UserData) -> tuple[str, str]:
    return f"{data.data_coding:02x}", ALPHABETS[tpdu.alphabet(data.data_coding)]


def _validity(validity: bytes) -> str:
    """Of the relative form (clause 9.2.3.12.1), the one that is used."""
    if len(validity) != 1:
        return "none" if not validity else ""
    value = validity[0]
    if value < 144:
        return f"{(value + 1) * 5} minutes"
    if value < 168:
        return f"{720 + (value - 143) * 30} minutes"
    return f"{value - 166} days" if value < 197 else f"{value - 192} weeks"


def _user_data(data: UserData, charset: str | None, found: Explained) -> None:
    found.add("TP-UDL", data.length)
    if data.header:
        found.add("TP-UDH", spaced(data.header), _part(data.header))
    found.add("TP-UD", spaced(data.octets))
    found.add("text", one_line(data.text) if charset is None else text_of(data.octets, charset))


def _part(header: bytes) -> str:
    """A concatenated message says which part it is (clauses 9.2.3.24.1 and 9.2.3.24.8)."""
    if header[1:3] == b"\x00\x03" and len(header) >= 6:
        return f"part {header[5]} of {header[4]}, reference {header[3]}"
    if header[1:3] == b"\x08\x04" and len(header) >= 7:
        return f"part {header[6]} of {header[5]}, reference {int.from_bytes(header[3:5])}"
    return ""
