#!/bin/sh
# Pins as part of an Xcode build: two Run Script phases of a target.
#
#   xcode-pins.sh compile   before "Compile Sources"; Input Files: pins.toml and the keys it names,
#                           Output Files: Info.plist and Pins.swift, so that Xcode runs it when they changed
#   xcode-pins.sh shipped   last, without files: the Info.plist of the product enforces what pins.toml says
#
# What is wrong is shown at its line of pins.toml.  With ENABLE_USER_SCRIPT_SANDBOXING the keys must be among the
# Input Files.  The tests run it with a shell, as Xcode does, and shellcheck; Xcode itself has not run it.
set -eu

PATH="$PATH:/opt/homebrew/bin:/usr/local/bin:$HOME/.local/bin"
if ! command -v pincompiler >/dev/null; then
    echo "error: pincompiler is not installed: pipx install tools/pincompiler-*.whl" >&2
    exit 1
fi

pins="$SRCROOT/pins.toml"
case "${1:-}" in
compile) pincompiler compile -t ats -t trustkit -t trustkit-swift "$pins" ;;
shipped) pincompiler diff "$SRCROOT/$INFOPLIST_FILE" "$TARGET_BUILD_DIR/$INFOPLIST_PATH" ;;
*)
    echo "usage: xcode-pins.sh compile | shipped" >&2
    exit 2
    ;;
esac
