"""A stream's heads as they were logged, night by night: an end that was cut off afterwards no longer fits them.

The log's leaves are commitments; a bundle opens those of its own streams, for whoever may see it may know how much its kiosks wrote.
"""

from collections.abc import Callable

from collector.evidence.proof.bundle import BundleManifest, StreamEntry
from survey.log.checkpoint import SignedCheckpoint, read_checkpoint
from survey.log.facts import HEAD, OpenHead, read_leaf
from survey.log.note import ED25519, VerifierKey, is_signed
from survey.log.tree import is_included, leaf_hash
from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.record.verdict import Claim


def checkpoint_of(
    manifest: BundleManifest, key: bytes, verifier: Callable[[bytes], Verify], problems: list[str]
) -> SignedCheckpoint | None:
    """Give the checkpoint that a bundle names; None where it names none, or it is not the collector's."""
    if not manifest.checkpoint:
        return None
    try:
        found = read_checkpoint(manifest.checkpoint.encode())
    except Malformed as error:
        problems.append(f"the log's checkpoint cannot be read: {error}")
        return None

    def check(public_key: bytes, signature: bytes, message: bytes) -> bool:
        return verifier(public_key)(signature, message)

    if is_signed(found.note, [VerifierKey(found.point.origin, ED25519, key)], check):
        return found
    problems.append("the log's checkpoint is not signed with the collector's key")
    return None


def claims_of(
    entry: StreamEntry, checkpoint: SignedCheckpoint | None, problems: list[str]
) -> tuple[Claim, ...]:
    """Give what the log says of how far a stream was held."""
    if checkpoint is None:
        return ()
    found = []
    for one in entry.logged:
        head = OpenHead(
            one.day, entry.kiosk, entry.uid, one.seq, bytes.fromhex(one.link), bytes.fromhex(one.salt)
        )
        point, content = checkpoint.point, one.entry.encode()
        try:
            leaf = read_leaf(content)
        except Malformed:
            leaf = None
        included = is_included(
            leaf_hash(content),
            one.number,
            size=point.size,
            root=point.root,
            hashes=[bytes.fromhex(text) for text in one.hashes],
        )
        if leaf is None or leaf.kind != HEAD or leaf.body.get("head") != head.commitment() or not included:
            problems.append(
                f"{entry.kiosk}, stream {entry.uid[:8]}: its head of {one.day} is not the one in the log"
            )
        elif head.seq:
            found.append(Claim(head.seq, head.link))
    return tuple(found)
