"""Reading Android apps: forged ones, and ones that aapt2 built in the test run."""
