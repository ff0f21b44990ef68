# SPDX-License-Identifier: Apache-2.0
"""Agents that encrypt, written against Python's ssl and cryptography, so that
they share no line with the fetcher."""
import contextlib
import hashlib
import hmac
import os
import socket
import ssl
import struct
import subprocess
import threading
import uuid as uuids
import zlib

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


# --- a shared passphrase -----------------------------------------------------
def bytes_to_key(digest, passphrase, salt=b""):
    """OpenSSL's simple derivation: 48 bytes of key and IV."""
    made, block = b"", b""
    while len(made) < 48:
        block = hashlib.new(digest, block + passphrase + salt).digest()
        made += block
    return made[:48]


def encrypted(form, text, passphrase):
    """`text` as an agent of that form sends it."""
    password, salt = passphrase.encode(), os.urandom(8)
    made = {
        "00": lambda: bytes_to_key("md5", password),
        "99": lambda: bytes_to_key("md5", password),
        "02": lambda: bytes_to_key("sha256", password),
        "03": lambda: hashlib.pbkdf2_hmac("sha256", password, salt, 10000,
                                          48),
        "04": lambda: bytes_to_key("sha256", password, salt),
        "05": lambda: hashlib.pbkdf2_hmac("sha256", password, salt, 600000,
                                          48),
    }[form]()
    key, iv = made[:32], made[32:]
    pad = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    data = cipher.update(pad.update(text.encode()) + pad.finalize()) \
        + cipher.finalize()
    mac = hmac.new(key, iv + data, "sha256").digest()
    return form.encode() + {
        "00": b"", "99": b"", "02": b"", "03": b"Salted__" + salt,
        "04": salt + mac, "05": salt + mac}[form] + data


# --- TLS ---------------------------------------------------------------------
def message(text, compression=1, version=0):
    """The controller's message."""
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack(">HB", version, compression) \
        + (zlib.compress(data) if compression == 1 else data)


def openssl(*args, **options):
    return subprocess.run(["openssl", *map(str, args)], check=True,
                          capture_output=True, **options)


def register(site, folder, host=None, uuid=None, authority="agents"):
    """What a registration leaves: the agent's key and certificate, signed by
    the site's authority, in `folder`; and, for `host`, the site's link."""
    uuid = uuid or str(uuids.uuid4())
    tls = site.path("var/vedette/tls")
    files = {n: folder / f"{uuid}.{n}" for n in ("key", "csr", "pem", "ext")}
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj",
            f"/CN={uuid}", "-keyout", files["key"], "-out", files["csr"])
    files["ext"].write_text(
        f"subjectAltName=DNS:{uuid}\nbasicConstraints=critical,CA:FALSE\n")
    openssl("x509", "-req", "-in", files["csr"], "-CA",
            tls / f"{authority}.pem", "-CAkey", tls / f"{authority}.key",
            "-CAcreateserial", "-CAserial", folder / "serial", "-days", "30",
            "-sha256", "-extfile", files["ext"], "-out", files["pem"])
    if host:
        links = site.path("var/vedette/agents")
        links.mkdir(exist_ok=True)
        (links / uuid).symlink_to(f"pull/{host}")
        if os.geteuid() == 0:
            st = site.root.stat()
            os.chown(links, st.st_uid, st.st_gid)
    return uuid, files


class TlsAgent:
    """A controller: says 16, demands the site's certificate and its own UUID
    as SNI, sends `payload` (bytes, or a callable that gets the connection)."""

    def __init__(self, site, uuid, files, payload, family=socket.AF_INET,
                 first=b"16", versions=(None, None)):
        self.uuid, self.payload, self.first = uuid, payload, first
        self.files = files
        self.names, self.subjects, self.failures = [], [], []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(files["pem"], files["key"])
        self.context.load_verify_locations(
            site.path("var/vedette/tls/ca.pem"))
        self.context.verify_mode = ssl.CERT_REQUIRED
        if versions[0]:
            self.context.minimum_version = versions[0]
            self.context.maximum_version = versions[1]
        self.context.sni_callback = self._sni
        address = ("127.0.0.1", 0) if family == socket.AF_INET else ("::1", 0)
        self.listener = socket.create_server(address, family=family,
                                             backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _sni(self, _socket, name, _context):
        self.names.append(name)
        if name != self.uuid:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        return None

    def _accept(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,),
                             daemon=True).start()

    def _serve(self, conn):
        with contextlib.suppress(OSError), conn:
            conn.settimeout(20)
            conn.sendall(self.first)
            try:
                tls = self.context.wrap_socket(conn, server_side=True)
            except (ssl.SSLError, OSError) as e:
                self.failures.append(str(e))
                return
            self.subjects.append(dict(
                part[0] for part in tls.getpeercert()["subject"]))
            if callable(self.payload):
                self.payload(tls)
            else:
                tls.sendall(self.payload)
            with contextlib.suppress(OSError, ssl.SSLError):
                tls.unwrap()

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
