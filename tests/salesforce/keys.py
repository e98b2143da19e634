"""Keys for logins by JWT; made when the tests begin."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa


def pem(key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
RSA_KEY = pem(_key)
PUBLIC_PEM = (
    _key.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
SHORT_KEY = pem(rsa.generate_private_key(public_exponent=65537, key_size=1024))
EC_KEY = pem(ec.generate_private_key(ec.SECP256R1()))
