#!/bin/sh
# install-depends.sh SECTION... - see to it that the packages of these
# sections of depends.debian (build, check) are there. Says and does nothing
# when they are. Where apt-get is missing it names them and stops: it never
# guesses what they are called elsewhere.
set -eu

list=$(dirname "$0")/depends.debian

wanted=$(for section in "$@"; do
	awk -v want="$section" '
		/^# (build|check)$/ { section = $2; next }
		/^#/ || NF == 0 { next }
		section == want { print $1 }' "$list"
done)

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null |
		cut -c 1-2)" = ii ]
}

if ! command -v dpkg-query >/dev/null 2>&1 ||
	! command -v apt-get >/dev/null 2>&1; then
	# Elsewhere: content when what a build looks for first can be found.
	if command -v pkg-config >/dev/null 2>&1 &&
		pkg-config --exists libuv libsodium sqlite3 msgpack libcjson \
			libedit libqrencode libmd libutf8proc libsystemd \
			pangocairo libzstd; then
		exit 0
	fi
	echo "kept needs these packages (Debian's names):" >&2
	# shellcheck disable=SC2086 # a list of words on purpose
	printf '  %s\n' $wanted >&2
	exit 1
fi

missing=
for package in $wanted; do
	is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "Please install, as root:$missing" >&2
		exit 1
	fi
	as_root=sudo
fi

install_missing() {
	# shellcheck disable=SC2086 # a list of words on purpose
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $missing
}

echo "Installing:$missing" >&2
if ! install_missing >/dev/null 2>&1; then
	# A machine whose package lists are old or were never fetched.
	$as_root apt-get update -qq >/dev/null
	install_missing >/dev/null
fi
