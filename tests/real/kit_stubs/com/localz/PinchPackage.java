package com.localz;

public class PinchPackage {}
