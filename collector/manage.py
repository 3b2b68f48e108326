"""`ikm-collector`: every command of the collector. `ikm-collector --help` lists them, each has its own `--help`.

Commands are Django's management commands. Two are taken out here before Django is set up: `evidence verify` must work at an auditor's
who has neither a database nor this collector's settings, and `keeper` holds the keys and should hold little else.
"""

import os
import sys

from collector.console.needed import apps_for
from collector.console.typed import module_of

_COMMANDS = """\
usage: ikm-collector COMMAND [options]      (ikm-collector COMMAND --help says more)

Begin
  setup               make database, keys and certificate authority; safe to repeat, and after every upgrade
  listen              take batches from the broker until stopped
  serve               serve pages, API and the kiosks' HTTP door
  alert               look what is wrong with kiosks and tell people; who is told; until stopped
  work                make what takes long: all papers of a release or a period; until stopped
  keeper              hold the private keys, for the others to ask
  user add            make a person's account with a role
  broker              try the rights at the broker for real: broker check
  broker-files        write the certificates and the configuration for a Mosquitto broker
  web-files           write the certificate and the configuration for an nginx before the pages

The fleet
  region|agency|unit|place|service add    build the tree (add again to rename)
  region import       name all regions from the Ministry's table of codes
  mall                who serves under one roof, and which agencies agreed to a number of the building
  fleet               agencies, units, places, services and kiosks to come from a spreadsheet, and as one
  enrol               print a one-time code for a new kiosk
  kiosk               list, move or revoke kiosks; change their settings
  settings            set what holds for all kiosks, a region, a unit or a kiosk; how far it has come

Numbers
  release             publish a period, correct it, withdraw it; what is out is all that everybody sees
  paper               make posters, leaflets, pictures, the tabulation sheet and the report of a release
  rtl                 what a unit plans after a release, what it did, and whether that is seen
  forum               public consultations: minutes, who came, who signs
  pekppp              a unit's PEKPPP folder of a year, with the level of each indicator and why
  publication         where a release was published: enter it, list it
  index               the index of units, regions, services, kiosks, periods
  ipp                 enter an evaluator's marks (F-02), show and publish the IPP
  breakdown           the groups of a released period: by service, kiosk, sex, hour …
  population          state how many people a unit served in a period
  explain             how a printed index was reckoned, and what the table of 2004 called it
  instruments         check questionnaire files, or list the shipped ones

Proof
  audit               is everything there, and unaltered?
  evidence export     a signed bundle for an auditor
  evidence verify     check a bundle; needs no database
  import              take in what a USB stick brought
  rebuild             make rows and tallies anew from the evidence
  log                 the log of facts: build it, show it, have it cosigned
  card                test visits: cards for auditors, what was pressed, what became of each
  stream              streams that do not fit their key's lineage; let them count, or not
  keys                the keys that kiosks seal to: list, make a new one, destroy an old one
  refusals            what was refused, and why
  token               tokens by which programs ask the API: make, list, revoke
  trail               who exported and changed what

People
  week                what waits for officers and evaluators this week, printed or by mail
  releases-mail       mail what came out to whoever wants it

Complaints
  complaint           complaints: list, read, move, pass on; calendar and rules
  handover            complaints to SP4N-LAPOR! and back, by file or through the adapter
  notice              what the office says in public of a complaint
  complaint-report    register, periodic report and its publication, poster on how to complain
  retention           destroy what is past its date
"""


def main() -> None:
    """Run the command of the command line."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_COMMANDS)
        sys.exit(0 if arguments else 2)
    if arguments[:2] == ["evidence", "verify"]:
        from collector.evidence.proof import verify_command  # noqa: PLC0415 - nobody else needs it, and the listener has no room for it

        sys.exit(verify_command.main(arguments[2:]))
    if arguments[0] == "keeper":
        from collector.trust.keeper import command  # noqa: PLC0415 - it reads settings, which `evidence verify` does without

        sys.exit(command.main(arguments[1:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
    from django.conf import settings  # noqa: PLC0415 - `evidence verify` needs no Django
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - as above
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - as above

    try:  # this reads the environment: a mistake in it is one sentence
        settings.INSTALLED_APPS = apps_for(arguments[0], settings.INSTALLED_APPS)
    except ImproperlyConfigured as error:
        sys.exit(f"ikm-collector: {error}")
    name = module_of(arguments[0])
    execute_from_command_line(["ikm-collector", name, *arguments[1:]])


if __name__ == "__main__":
    main()
