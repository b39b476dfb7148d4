package com.toyberman;

public class RNSslPinningPackage {}
