"""What Android and Java say of certificates that are made up, and what code asks them for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.certificates import (
    KEYS,
    KINDS,
    PUBLIC_KEY,
    REFUSAL,
    X509,
    MadeCertificate,
)
from pincompiler.android.running.java.tools import any_of, byte_array, bytes_of, list_of, returned
from pincompiler.android.running.starts import enter
from pincompiler.android.running.values import (
    NULL,
    Instance,
    JavaArray,
    NotKnown,
    ThrownError,
    Value,
    Wrapped,
)
from pincompiler.shipped.android.trust.handshakes import HANDSHAKES
from pincompiler.shipped.android.trust.peers import SHOWN
from pincompiler.shipped.android.trust.trials import anchors, comparisons
from pincompiler.shipped.android.trust.trials.material import TakenFor, Trial, hash_of, held_by, made_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldRef, MethodRef
    from pincompiler.android.running.machine import Machine

    _Run = Callable[[], Value]
    _Model = Callable[["TrialWatch", Machine, list[Value], MethodRef, _Run], Value]

_SECURITY: Final = "Ljava/security/"
_SSL: Final = "Ljavax/net/ssl/"
MANAGER: Final = f"{_SSL}X509TrustManager;"
_EXTENDED: Final = f"{_SSL}X509ExtendedTrustManager;"
_EXTENSIONS: Final = "Landroid/net/http/X509TrustManagerExtensions;"
_SAVED_AS: Final = "x509-certificate"
"""Under which ``SslCertificate.saveState`` keeps the bytes."""
OF_THE_MACHINE: Final = frozenset(
    f"Ljava/lang/{name}Exception;"
    for name in ("NullPointer", "ClassCast", "ArrayIndexOutOfBounds", "NegativeArraySize", "ArrayStore")
)
"""What a run throws by itself where something was not modelled, more often than an app does."""
_SHOWING: Final = (
    *(
        "Landroid/util/Log;",
        "Ljava/security/cert/",
        "Ljava/security/Principal;",
        "Ljavax/security/auth/x500/",
    ),
    *("Ljava/io/Print", "Ljava/lang/Throwable;"),
)
"""How the classes begin that show what they are given, or say something of it."""
_PARTS_OF_KEYS: Final = f"{_SECURITY}interfaces/"
_REFLECTED: Final = "Ljava/lang/reflect/"
WHICH_ONE: Final = "which of several objects is asked"
"""What a run decides where some code makes more than one."""
REFUSING: Final = frozenset({"cancel", "disconnect", "close"})
"""Calls by which code ends a connection."""


class HandedOverError(Exception):
    """An object that was asked for is put to use: what made it need not be run any further."""

    def __init__(self, made: Instance) -> None:
        super().__init__()
        self.made = made


class EndedError(Exception):
    """The method that was asked about has come to its end, by what it returns or throws."""

    def __init__(self, returned: Value, thrown: ThrownError | None = None) -> None:
        super().__init__()
        self.returned, self.thrown = returned, thrown


class TrialWatch:
    """Says what the platform would, and writes down what it is asked."""

    def __init__(
        self, trial: Trial, wanted: str = "", handshakes: Mapping[str, MethodBody] = MappingProxyType({})
    ) -> None:
        self.trial = trial
        self._handshakes = handshakes
        """By class, OkHttp's method that makes a handshake of a session."""
        self._shaken: dict[str, Value] = {}
        self.certificate = made_up(trial.guess)
        self._wanted = wanted
        self.target: MethodRef | None = None
        """The method that is asked about, where another one is run, which calls it."""
        self.made: dict[Instance, dict[FieldRef, Value]] = {}
        """Objects of the wanted class, with what their constructors left in them."""
        self.asked: dict[tuple[TakenFor, int], None] = {}
        """The hashes that were taken of the certificates, and of their keys, with their sizes."""
        self.shown = False
        """Whether the code was given the bytes of a certificate or of its key, or compared it."""
        self.held = False
        """Whether a certificate or its key was compared as it is, with anything."""
        self.weighed = False
        """Whether the bytes of one, or a hash of them, were compared with what need be no constant."""
        self.own = {*self.certificate}
        """The bytes of the certificates, of their keys, and the hashes that were taken of them."""
        self.handed = False
        """Whether certificates, or what identifies them, were handed to code that is not run."""
        self.given_away = ""
        """The first method that may do anything with them: native, called by reflection, or given code of the app's."""
        self.effects: dict[str, None] = {}
        """By name, the calls that let a connection go on, or end it."""

    def call(self, machine: Machine, ref: MethodRef, args: list[Value], _returned: str, run: _Run) -> Value:
        """What a call gives."""
        made = args[0] if ref.name == "<init>" else None
        if isinstance(made, Instance) and made.cls == self._wanted:
            # Where R8 has left a class no constructor, that of a class above it is called.
            found = run()
            self.made[made] = dict(made.fields)
            return found
        if ref == self.target:
            try:
                returned = run()
            except ThrownError as thrown:
                raise EndedError(NULL, thrown) from thrown
            raise EndedError(returned)
        model = MODELS.get((ref.class_name, ref.name))
        return run() if model is None else model(self, machine, args, ref, run)

    def put(self, machine: Machine, thing: Instance, ref: FieldRef, value: Value) -> None:
        """A write to a field says nothing."""

    def known(self, machine: Machine, unknown: NotKnown) -> Value:
        """An unknown handshake as OkHttp makes it of the session of the server."""
        if unknown.cls in HANDSHAKES:
            unknown.is_there = True  # as it is not without TLS
        maker = self._handshakes.get(unknown.cls)
        if maker is None:
            return unknown
        if unknown.cls not in self._shaken:
            self._shaken[unknown.cls] = unknown
            self._shaken[unknown.cls] = enter(machine, maker)
        return self._shaken[unknown.cls]

    def lost(self, machine: Machine, values: Iterable[Value]) -> None:
        """Run no further where an object that was asked for is put to use; in another run, wait for the next one."""
        for one in values:
            if isinstance(one, Instance) and one in self.made:
                if machine.decide(2, 1, WHICH_ONE):
                    raise HandedOverError(one)
                del self.made[one]
                machine.decisive = len(machine.taken)

    def not_run(self, machine: Machine, ref: MethodRef, args: list[Value]) -> None:
        """Note what is handed to code that is not run: what that makes of it is not known, it may even throw."""
        if ref.class_name.startswith(_SHOWING) or (self.handed and self.given_away):
            return
        self.weighed |= ref.class_name.startswith(_PARTS_OF_KEYS) and ref.name.startswith("get")
        if any(data in self.own for data in held_by(args)):
            self.handed = True
            code = [one for one in args if isinstance(one, Instance) and machine.is_defined(one.cls)]
            hidden = ref.class_name.startswith(_REFLECTED) or machine.is_defined(ref.class_name)
            if hidden or any(data in self.own for data in held_by(code)):
                self.given_away = self.given_away or f"{ref.class_name}->{ref.name}"

    def refuses(self, thrown: ThrownError) -> bool:
        """Whether code that has seen a certificate throws by itself: it refuses, and is not given up."""
        return (self.shown or bool(self.asked)) and thrown.value.cls not in OF_THE_MACHINE

    # What is made up.

    def chain(self, machine: Machine, kind: str = X509) -> JavaArray:
        """The certificates of a server: its own, and a CA's."""
        machine.charge(2)
        shown = [Wrapped(X509, self.certificate) for _ in range(1 if self.trial.alone else 2)]
        return JavaArray(f"[{kind}", list(shown))

    def refuse(self) -> None:
        """Throw as Android does where it does not trust a chain."""
        if not self.trial.trusted:
            # Android wraps what is wrong: of message and cause nothing may be relied on.
            raise ThrownError(Instance(REFUSAL, is_open=True))

    def digest(self, name: str, data: bytes) -> bytes:
        """The hash of some bytes, which is what was guessed if these are a certificate's or its key's."""
        found = hash_of(name, data)
        kinds = {self.certificate.key: TakenFor.KEY_HASH, self.certificate.whole: TakenFor.CERTIFICATE_HASH}
        kind = kinds.get(data)
        if kind is None:
            return found
        self.asked[kind, len(found)] = None
        self.own.add(found)
        guess = self.trial.guess
        if guess and guess.kind is kind and len(guess.data) == len(found):
            return guess.data
        return found


# Certificates and keys.


def _of_certificate(w: TrialWatch, m: Machine, args: list[Value], ref: MethodRef, run: _Run) -> Value:
    held = args[0].value if isinstance(args[0], Wrapped) else None
    if w.trial.peers and isinstance(args[0], NotKnown):
        held = w.certificate
    if not isinstance(held, MadeCertificate):
        return run()
    w.shown |= held == w.certificate and ref.name != "checkValidity"
    if ref.name == "equals":
        return comparisons.compared(w, m, args, ref, run)
    if ref.name == "getEncoded":
        return byte_array(m, held.whole)
    if ref.name == "getPublicKey":
        return Wrapped(PUBLIC_KEY, held.key)
    if ref.name == "verify":
        # Whoever makes a chain signs it by its own keys, and by no other.
        by, why = args[1], getattr(args[1], "why", "")
        w.held = True
        is_own = by.value == held.key if isinstance(by, Wrapped) else not m.decide(2, 0, why)
        if not is_own:
            m.throw(f"{_SECURITY}SignatureException;", "signature does not match")
        return NULL
    return NULL if ref.name == "checkValidity" else run()


def _of_key(w: TrialWatch, _m: Machine, args: list[Value], _ref: MethodRef, run: _Run) -> Value:
    w.shown |= isinstance(args[0], Wrapped) and args[0].value == w.certificate.key
    return run()


def _digest(w: TrialWatch, m: Machine, args: list[Value], _ref: MethodRef, run: _Run) -> Value:
    of = args[0]
    if len(args) > 2 or not isinstance(of, Wrapped) or not isinstance(of.value, list):
        return run()
    more = bytes_of(args[1]) if len(args) == 2 else b""
    name, data = of.value
    if more is None or data is None:
        return run()
    of.value[1] = b""
    return byte_array(m, w.digest(name, data + more))


def _parsed(w: TrialWatch, _m: Machine, args: list[Value], _ref: MethodRef, run: _Run) -> Value:
    """``CertificateFactory.generateCertificate``, of the certificate that is made up."""
    data = args[1].value if isinstance(args[1], Wrapped) else None
    return Wrapped(X509, w.certificate) if data == w.certificate.whole else run()


# What decides.


def _is_run(m: Machine, args: list[Value], ref: MethodRef) -> bool:
    """Whether a call is of code of the app, or of an object that is not there."""
    of = args[0]
    return isinstance(of, int) or (isinstance(of, Instance) and m.has_code(of.cls, ref.name, ref.descriptor))


def _guard(w: TrialWatch, m: Machine, args: list[Value], ref: MethodRef, run: _Run) -> Value:
    """A check by Android's own manager, or by code of the app that is run."""
    if _is_run(m, args, ref):
        return run()
    w.refuse()
    if returned(ref) == "V":
        return NULL
    return list_of(m, w.chain(m).items) if returned(ref).endswith("List;") else any_of(ref)


def _named(w: TrialWatch, m: Machine, args: list[Value], ref: MethodRef, run: _Run) -> Value:
    """What a verifier of the platform's says."""
    if _is_run(m, args, ref):
        return run()
    return int(w.trial.trusted)


def _put_to_use(w: TrialWatch, m: Machine, args: list[Value], _ref: MethodRef, run: _Run) -> Value:
    """``SSLContext.init``."""
    given = args[2] if len(args) > 2 else NULL
    if isinstance(given, JavaArray):
        w.lost(m, given.items)
    return run()


def _managers(_w: TrialWatch, m: Machine, _args: list[Value], ref: MethodRef, _run: _Run) -> Value:
    m.charge(1)
    return JavaArray(returned(ref), [Wrapped(_EXTENDED, None)])


# What the other side has shown.


def _peers(w: TrialWatch, m: Machine, args: list[Value], ref: MethodRef, run: _Run) -> Value:
    if _is_run(m, args, ref):
        return run()
    kind = returned(ref)
    if kind.startswith("["):
        return w.chain(m, kind[1:])
    if kind.endswith("List;"):
        return list_of(m, w.chain(m).items)
    return Wrapped(X509, w.certificate) if kind in KINDS else run()


def _of_session(_w: TrialWatch, m: Machine, args: list[Value], ref: MethodRef, run: _Run) -> Value:
    """What OkHttp asks for where it makes a handshake of a session; which one it is decides nothing."""
    if _is_run(m, args, ref):
        return run()
    return {"getCipherSuite": "TLS_AES_128_GCM_SHA256", "getProtocol": "TLSv1.3"}.get(ref.name, NULL)


def _saved(w: TrialWatch, m: Machine, args: list[Value], _ref: MethodRef, run: _Run) -> Value:
    return byte_array(m, w.certificate.whole) if args[1] == _SAVED_AS else run()


def _effect(w: TrialWatch, m: Machine, args: list[Value], ref: MethodRef, run: _Run) -> Value:
    if _is_run(m, args, ref):
        return run()
    w.effects[ref.name] = None
    return NULL


def _on(model: _Model, names: tuple[str, ...], *classes: str) -> dict[tuple[str, str], _Model]:
    return {(cls, name): model for cls in classes for name in names}


MODELS: Final[dict[tuple[str, str], _Model]] = {
    **_on(_of_certificate, ("getEncoded", "getPublicKey", "verify", "checkValidity", "equals"), *KINDS),
    **_on(_of_certificate, ("getSerialNumber", "getSignature", "getTBSCertificate"), *KINDS),
    **_on(_of_key, ("getEncoded", "getFormat"), *KEYS),
    **_on(comparisons.compared, ("equals",), "Ljava/lang/Object;", "Ljava/util/Arrays;", *KEYS),
    **_on(comparisons.compared, ("isEqual",), f"{_SECURITY}MessageDigest;"),
    **_on(comparisons.looked_up, ("contains", "indexOf"), *comparisons.COLLECTIONS),
    **_on(comparisons.compared_in_bulk, ("containsAll", "removeAll", "retainAll"), *comparisons.COLLECTIONS),
    **_on(comparisons.compared_in_bulk, ("disjoint",), "Ljava/util/Collections;"),
    **_on(comparisons.compared_as_text, comparisons.TEXT_TESTS, "Ljava/lang/String;"),
    **_on(_digest, ("digest",), f"{_SECURITY}MessageDigest;"),
    **_on(_parsed, ("generateCertificate",), f"{_SECURITY}cert/CertificateFactory;"),
    **_on(_guard, ("checkServerTrusted", "checkClientTrusted"), MANAGER, _EXTENDED, _EXTENSIONS),
    **_on(anchors.path, ("validate",), f"{_SECURITY}cert/CertPathValidator;"),
    **_on(anchors.anchor, ("<init>",), f"{_SECURITY}cert/TrustAnchor;"),
    **_on(
        anchors.anchors, ("<init>",), *(f"{_SECURITY}cert/PKIX{one}Parameters;" for one in ("", "Builder"))
    ),
    **_on(anchors.store, ("getInstance",), anchors.STORE),
    **_on(_named, ("verify",), f"{_SSL}HostnameVerifier;"),
    **_on(_put_to_use, ("init",), f"{_SSL}SSLContext;"),
    **_on(_managers, ("getTrustManagers",), f"{_SSL}TrustManagerFactory;"),
    **dict.fromkeys(SHOWN, _peers),
    **_on(_of_session, ("getCipherSuite", "getProtocol", "getLocalCertificates"), f"{_SSL}SSLSession;"),
    **_on(_saved, ("getByteArray",), "Landroid/os/Bundle;", "Landroid/os/BaseBundle;"),
    **_on(_effect, ("proceed", "cancel"), "Landroid/webkit/SslErrorHandler;"),
    **_on(_effect, ("disconnect",), f"{_SSL}HttpsURLConnection;", "Ljava/net/HttpURLConnection;"),
    **_on(_effect, ("close",), f"{_SSL}SSLSocket;", "Ljava/net/Socket;"),
}
WATCHED: Final = frozenset(cls for cls, _ in MODELS)
