package com.silkimen.cordovahttp;

public class CordovaHttpPlugin {}
