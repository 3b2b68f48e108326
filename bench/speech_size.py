"""What half a minute of speech comes to: bytes, parts, and the work of the programs and of sealing.

    python -m bench.speech_size

espeak-ng speaks Indonesian for thirty seconds (no person's voice, and without an office around it), and the same with noise beneath it; the
kiosk's own command encodes it, beside the encoder's other settings. Needs espeak-ng and opus-tools.
"""

import array
import random
import resource
import statistics
import subprocess
import time
import wave
from io import BytesIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hardware.microphone import ENCODER, ENCODING
from survey.record import ogg
from survey.record.spoken import MAX_SPEECH_SECONDS, parts
from uplink.journal.sealing import seal

RATE = 16_000
TEXT = (
    "Saya sudah tiga kali datang ke kantor desa untuk mengurus kartu keluarga. Loket tutup sebelum jam dua. Petugas bilang kembali besok, "
    "dan besoknya diminta uang lima puluh ribu. Mohon dibantu, karena anak saya mau daftar sekolah dan perlu kartu itu. Sudah dua bulan saya "
    "menunggu dan belum ada kabar apa pun dari kantor. "
)


def main() -> None:
    """Speak, encode, part, seal and print."""
    clear = spoken()
    dice = random.Random(1)
    noisy = array.array("h", [max(-32_768, min(32_767, one + round(dice.gauss(0, 400)))) for one in clear])
    whole = len(clear) * 2
    print(f"{whole / RATE / 2:.0f} s of speech, {whole:,} bytes as it is recorded")
    for name, sound in (("clear", clear), ("with noise", noisy)):
        for words, command in (
            ("the kiosk's", ENCODING),
            ("frames of 20 ms", ENCODING.replace("--framesize 60", "--framesize 20")),
            ("constant rate", ENCODING.replace("--cvbr", "--hard-cbr")),
            ("16 kbit/s", ENCODING.replace("--bitrate 8", "--bitrate 16")),
        ):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            made = subprocess.run(
                [ENCODER, *command.split()], input=sound.tobytes(), capture_output=True, check=True
            )
            work = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            pieces = ogg.parted(made.stdout, most=7_000)
            print(
                f"{name:11} {words:16} {len(made.stdout):7,} bytes  {len(pieces)} parts  {whole / len(made.stdout):5.1f} times smaller  {work:5.2f} s of work"
            )
    speech = subprocess.run(
        [ENCODER, *ENCODING.split()], input=clear.tobytes(), capture_output=True, check=True
    ).stdout
    key = X25519PrivateKey.generate().public_key().public_bytes_raw()
    took = []
    for _ in range(200):
        began = time.perf_counter()
        sealed = [seal(one, key) for one in parts(speech)]
        took.append((time.perf_counter() - began) * 1000)
    print(
        f"parting and sealing: {statistics.median(took):.1f} ms, {sum(map(len, sealed)):,} bytes beside {len(sealed)} records"
    )


def spoken() -> "array.array[int]":
    """Give thirty seconds of speech at the microphone's rate."""
    made = subprocess.run(
        ["espeak-ng", "-v", "id", "-s", "140", "--stdout", TEXT * 3], capture_output=True, check=True
    )
    with wave.open(BytesIO(made.stdout)) as file:
        rate = file.getframerate()
        samples = array.array("h", file.readframes(rate * MAX_SPEECH_SECONDS + rate))
    count = RATE * MAX_SPEECH_SECONDS
    return array.array("h", [samples[place * rate // RATE] for place in range(count)])


if __name__ == "__main__":
    main()
