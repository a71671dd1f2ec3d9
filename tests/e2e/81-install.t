#!/bin/sh
# 81-install.t - install puts the programs, manuals, completions, and units in
# place, uninstall takes all of it away. Method: into a folder of its own.
. tests/e2e/lib.sh

again() {
	MAKEFLAGS='' MAKELEVEL='' make -s BUILD="$(basename "$bin")" \
		BUILDROOT="$(dirname "$bin")" DEV="${DEV:-1}" \
		DESTDIR="$bench/root" PREFIX="${prefix:-/usr}" "$@" \
		>"$out" 2>"$errs"
}
again install
is "install" 0 $?
[ -s "$errs" ] && sed 's/^/# /' "$errs" >&2
missing=
for file in bin/kept bin/kept-page bin/keptd share/man/man1/kept.1 share/man/man8/keptd.8 \
	share/man/man1/kept-thought.1 share/man/man1/kept-bring-back.1 \
	share/man/man7/kept-exit-codes.7 share/man/man5/kept-formats.5 \
	share/bash-completion/completions/kept \
	share/zsh/site-functions/_kept \
	share/fish/vendor_completions.d/kept.fish \
	lib/systemd/user/keptd.service lib/systemd/user/keptd.socket \
	lib/systemd/user/kept-remind.service \
	lib/systemd/user/kept-remind.timer; do
	[ -s "$bench/root/usr/$file" ] || missing="$missing $file"
done
is "all of it is there" "" "$missing"
is "programs can be run, nothing else" "bin/kept bin/kept-page bin/keptd" "$(cd \
	"$bench/root/usr" && find . -type f -perm /111 | sed 's,^./,,' |
	sort | tr '\n' ' ' | sed 's/ $//')"
like "the unit runs the keptd that was installed" "/usr/bin/keptd" \
	"$(cat "$bench/root/usr/lib/systemd/user/keptd.service")"
if command -v systemd-analyze >/dev/null; then
	sed "s,/usr/bin/keptd,$bench/root/usr/bin/keptd," \
		"$bench/root/usr/lib/systemd/user/keptd.service" \
		>"$bench/keptd.service"
	sed "s,/usr/bin/kept,$bench/root/usr/bin/kept," \
		"$bench/root/usr/lib/systemd/user/kept-remind.service" \
		>"$bench/kept-remind.service"
	cp "$bench/root/usr/lib/systemd/user/keptd.socket" \
		"$bench/root/usr/lib/systemd/user/kept-remind.timer" "$bench/"
	is "systemd finds no fault in the units" "" "$(systemd-analyze \
		verify --user "$bench/keptd.service" "$bench/keptd.socket" \
		"$bench/kept-remind.service" "$bench/kept-remind.timer" 2>&1 |
		grep -F "$bench/kept")"
fi
KEPT_HOME=$bench/home exits "the installed kept finds the installed keptd" 0 \
	"$bench/root/usr/bin/kept" status --json
KEPT_HOME=$bench/home "$bench/root/usr/bin/kept" daemon stop >/dev/null 2>&1
prefix=/opt/kept again install
like "another prefix is in the unit too" "ExecStart=/opt/kept/bin/keptd" \
	"$(cat "$bench/root/opt/kept/lib/systemd/user/keptd.service")"
prefix=/opt/kept again uninstall
again uninstall
is "uninstall" 0 $?
is "leaves no file" "" "$(find "$bench/root" -type f)"

tap_done
