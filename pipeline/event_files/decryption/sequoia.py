"""Decryption with Sequoia: modern ciphers, and an error for whatever was cut or altered."""

from collections.abc import Iterator

import pysequoia

from pipeline.event_files.decryption.keys import variants
from pipeline.event_files.decryption.request import WAY_OUT, DecryptionRequest, UnreadableMessage, UnusableKey

NO_KEY = "No key to decrypt message"
# The first line of an error, and its meaning.
MEANINGS = (
    (NO_KEY, "it is encrypted for another key"),
    ("Message has been manipulated", "it was altered or cut"),
    ("corrupt deflate stream", "it was altered or cut"),
    ("incomplete deflate stream", "it was cut"),
    ("corrupt", "it was altered or cut"),
    ("unexpected EOF", "it was cut, or is no OpenPGP message"),
    ("EOF", "it was cut, or is no OpenPGP message"),
    ("Missing session key", f"its cipher is too old (Blowfish, or one alike); {WAY_OUT}"),
    ("Malformed", f"it is no whole OpenPGP message, or is compressed with bzip2; {WAY_OUT}"),
    ("Policy rejected packet type", f"it is not protected against changes; {WAY_OUT}"),
)
OLD_CIPHER = "is not considered secure since"


def decrypt(request: DecryptionRequest) -> None:
    """Write the plaintext to the target; after an error its content must not be used."""
    error = ""
    for decryptor in decryptors(request):
        try:
            pysequoia.decrypt_file(str(request.source), str(request.target), decryptor=decryptor)
        except RuntimeError as raised:
            error = str(raised).partition("Stack backtrace")[0].strip()
            if NO_KEY in error:
                continue
            break
        return
    raise UnreadableMessage(failure_text(error))


def try_key(request: DecryptionRequest) -> None:
    """Open the key; raises UnusableKey."""
    next(decryptors(request))


def decryptors(request: DecryptionRequest) -> Iterator["pysequoia.PyDecryptor"]:
    """Yield a decryptor for the key, and one for each subkey that may decrypt; the rest only sign."""
    for place, key in enumerate(variants(request.private_key)):
        try:
            yield decryptor_of(key, request.passphrase)
        except UnusableKey:
            if place == 0:
                raise


def decryptor_of(key: "pysequoia.Tsk", passphrase: str) -> "pysequoia.PyDecryptor":
    """Return the key, opened; a passphrase is given only to a key that needs one."""
    try:
        return key.decryptor()
    except RuntimeError as error:
        if "is encrypted" not in str(error):
            raise UnusableKey("pgp_private_key: has no key that can decrypt") from None
    if not passphrase:
        raise UnusableKey("pgp_private_key: is protected by a passphrase: give pgp_passphrase")
    try:
        return key.decryptor(passphrase)
    except RuntimeError:
        raise UnusableKey("pgp_passphrase: is not the passphrase of pgp_private_key") from None


def failure_text(error: str) -> str:
    """Say in words why a message was not decrypted."""
    first = error.partition("\n")[0]
    if OLD_CIPHER in error and "symmetric" in first:
        cipher = error.partition("Caused by:")[2].partition(OLD_CIPHER)[0].strip()
        return f"its cipher is too old ({cipher}); {WAY_OUT}"
    first = first.rpartition('": ')[2]
    return next(
        (words for text, words in MEANINGS if first.startswith(text)), f"it cannot be decrypted; {WAY_OUT}"
    )
