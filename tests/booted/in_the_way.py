"""Installing a kiosk on a machine on which something is not as it should be: each time one sentence, and nothing half done."""

from tests.booted.box import Box

URL = "https://collector.example"
INSTALL = "cd /srv/checkout && ./install.sh kiosk"


def in_the_way(box: Box, code: str, folder: str) -> dict[str, str]:
    """Try it all on a machine without a kiosk, and leave it so; gives what was said, by what stood in the way."""
    collector = f"{INSTALL} --collector {URL} --code-file"
    other = code[:-1] + ("0" if code[-1] != "0" else "1")
    box.sh(f"umask 077; echo {other} >/root/other; echo {code[:-3]} >/root/short")
    said = {
        "not root": box.fails(f"runuser -u nobody -- sh -c '{INSTALL} --collector {URL}'"),
        "full card": box.fails(f"mount -t tmpfs -o size=50m none /opt && {collector} /root/code; ended=$?; umount /opt; exit $ended"),
        "no file": box.fails(f"{collector} /root/none"),
        "wrong code": box.fails(f"{collector} /root/other"),
        "short code": box.fails(f"{collector} /root/short"),
        "wrong name": box.fails(f"{INSTALL} --collector https://nowhere.example --code-file /root/code"),
        "no network": box.fails(f"{INSTALL} --collector https://127.0.0.1:9 --code-file /root/code"),
        "no code given": box.fails(f"{INSTALL} --collector {URL} </dev/null"),
        "no packages": box.fails(f"{INSTALL} --collector {URL} --packages /srv"),
        "wrong clock": box.fails(f"sh -c 'cd /srv/checkout && faketime 2020-01-01 python3 packaging/first_contact.py {URL} /root/code bookworm /root'"),
        "old system": box.fails(f"cp /etc/os-release /root/; sed -i 's/{box.suite}/buster/' /etc/os-release; {collector} /root/code; ended=$?; cp /root/os-release /etc/os-release; exit $ended"),
    }  # fmt: skip
    assert box.sh("ls /etc/apt/sources.list.d /opt | grep kiosk", check=False) == "", "something was left"
    said["interrupted"] = _interrupted(box, folder)
    return said


def _interrupted(box: Box, folder: str) -> str:
    """Kill an installation the moment its program is unpacked; the next run must find its way from there."""
    box.sh(f"systemd-run -q --unit=half sh -c '{INSTALL} --packages {folder}'")
    box.until(
        lambda: "status unpacked ikm-kiosk-tree" in box.sh("cat /var/log/dpkg.log", check=False),
        what="half an installation",
        pause=0.02,
    )
    box.sh("systemctl kill -s KILL half; systemctl reset-failed half 2>/dev/null || true")
    return box.sh("dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n' 'ikm-kiosk*'", check=False)
