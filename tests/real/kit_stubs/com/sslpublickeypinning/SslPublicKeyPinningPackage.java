package com.sslpublickeypinning;

public class SslPublicKeyPinningPackage {}
