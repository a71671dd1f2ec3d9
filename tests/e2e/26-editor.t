#!/bin/sh
# 26-editor.t - writing in an editor loses nothing and leaves nothing: not
# when the editor ends badly, writes too much or no text at all, deletes or
# replaces its file, or is not there; not when kept is killed. Method: editors
# that are shell scripts, each with one way of going wrong, and vim and nano
# where they are; what they typed is looked for in the journal and in the
# drafts, and their file in memory afterwards.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

if [ "$(stat -f -c %T /dev/shm 2>/dev/null)" != tmpfs ]; then
	echo "1..0 # SKIP /dev/shm is not in memory here"
	exit 0
fi
XDG_RUNTIME_DIR=$(mktemp -d /dev/shm/kept-e2e.XXXXXX) || exit 1
export XDG_RUNTIME_DIR
trap 'bench_clear; rm -rf "$XDG_RUNTIME_DIR"' EXIT
unset EDITOR
place=$XDG_RUNTIME_DIR/kept

device laptop
play() {
	KEPT_HOME=$bench/laptop dialog "$bench/script" "$@" >"$out" 2>&1
	play_code=$?
	[ $play_code -eq 0 ] || sed 's/^/# /' "$out" >&2
	return $play_code
}
newest_of() {
	on laptop log --kind "$1" --json | get "d[\"entries\"][0]$2"
}
drafts() {
	on laptop drafts --json
}
draft_ids() {
	drafts | get '" ".join(x["id"] for x in d["drafts"])'
}
# One list holds a megabyte of them; the rest come up when those are gone.
drop_all() {
	dropped=0
	while [ "$(draft_ids)" != '' ]; do
		dropped=$((dropped + $(drafts | get \
			'sum(len(x["fields"].get("text", ""))
				for x in d["drafts"])')))
		for draft in $(draft_ids); do
			on laptop drafts drop "$draft" >/dev/null 2>&1
		done
	done
}
left() {
	find "$place" -mindepth 1 2>/dev/null
}
# An editor: its body sees the file as $file.
editor() {
	{
		echo '#!/bin/sh'
		echo 'for file; do :; done'
		cat
	} >"$bench/editor"
	chmod +x "$bench/editor"
}
steps() {
	printf '%s\n' "$@" >"$bench/script"
}
VISUAL=$bench/editor
export VISUAL

# ---- where it lies ----

editor <<'END'
stat -f -c %T "$file" >"$bench/where"
stat -c '%a' "$file" "$(dirname "$file")" "$(dirname "$(dirname "$file")")" |
	tr '\n' ' ' >>"$bench/where"
echo "$TMPDIR" >"$bench/tmpdir"
dirname "$file" >"$bench/folder"
printf 'From the editor.\n' >"$file"
END
steps 'see Kept.' 'exit 0'
play "$kept" note -e
is "an editor writes a note" 0 $?
like "which is kept" "From the editor." "$(newest_of note '')"
is "in memory, and for one person alone" "tmpfs
600 700 700 " "$(cat "$bench/where")"
is "its scratch files too" "$(cat "$bench/folder")" "$(cat "$bench/tmpdir")"
is "nothing of it is left" "" "$(left)"
is "no draft either" '[]' "$(drafts | get 'd["drafts"]')"
XDG_RUNTIME_DIR=/tmp play "$kept" note -e
is "a runtime folder on a disk is not used" 0 $?
like "but the memory that is there" "tmpfs" "$(cat "$bench/where")"
is "and left clean" no \
	"$([ -e "$(cat "$bench/folder")" ] && echo yes || echo no)"

# ---- an entry in the editor ----

on laptop win Left at six. >/dev/null 2>&1
win=$(newest laptop)
editor <<'END'
sed -i 's/Left at six\./Left at five./' "$file"
END
steps 'see Undo: kept undo' 'exit 0'
play "$kept" edit "$win"
is "an entry is changed in an editor" 0 $?
is "and reads so" "Left at five." "$(newest_of win '["f"]["what"]')"
editor <<'END'
sed 's/Left at five\./Left at four./' "$file" >"$file.new"
mv "$file.new" "$file"
END
play "$kept" edit "$win"
is "one that puts another file in its place" 0 $?
is "is read from there" "Left at four." "$(newest_of win '["f"]["what"]')"
editor <<'END'
:
END
steps 'see Nothing changed.' 'exit 0'
play "$kept" edit "$win"
is "one that does nothing changes nothing" 0 $?
steps 'exit 2'
play "$kept" edit "$win" -n
is "-n opens none" 0 $?
is "nothing is left of any" "" "$(left)"

# ---- arguments, and none there ----

cat >"$bench/spoken" <<'END'
#!/bin/sh
echo "$1|$2" >"$bench/arguments"
printf 'With arguments.\n' >"$3"
END
chmod +x "$bench/spoken"
steps 'see Kept.' 'exit 0'
VISUAL="$bench/spoken --wait 'two words'" play "$kept" note -e
is "an editor has arguments" "--wait|two words" "$(cat "$bench/arguments")"
like "and writes" "With arguments." "$(newest_of note '')"
VISUAL='' EDITOR="$bench/spoken a b" play "$kept" note -e
is "EDITOR is asked second" "a|b" "$(cat "$bench/arguments")"
steps "see couldn't be started" 'exit 1'
VISUAL=$bench/none play "$kept" note -e
is "one that isn't there is said" 0 $?
is "and nothing is left" "" "$(left)"

# ---- ends badly ----

editor <<'END'
printf 'Half a page.\n' >"$file"
exit 1
END
steps 'see left without keeping' 'see kept as a draft' 'exit 3'
play "$kept" note -e
is "an editor that exits 1" 0 $?
like "leaves a draft" "Half a page." "$(drafts)"
is "and no file" "" "$(left)"
editor <<'END'
cat "$file" >"$bench/begun"
printf 'And the rest.\n' >>"$file"
END
steps 'see Carry on?' 'type y' 'see Kept.' 'exit 0'
play "$kept" note -e
is "it is offered the next time" "Half a page." "$(cat "$bench/begun")"
like "and becomes an entry" "And the rest." "$(newest_of note '')"
is "the draft is gone then" '[]' "$(drafts | get 'd["drafts"]')"

editor <<'END'
printf 'Killed while writing.\n' >"$file"
kill -9 $$
END
steps 'see kept as a draft' 'exit 3'
play "$kept" note -e
is "an editor that is killed" 0 $?
like "leaves a draft too" "Killed while writing." "$(drafts)"
drop_all

# Until it is a draft, and then it is gone from the file.
cat >"$bench/wait" <<'END'
n=0
until KEPT_HOME=$bench/laptop "$kept" drafts --json | grep -q "$1"; do
	n=$((n + 1))
	[ $n -lt 100 ] || exit 1
	sleep 0.2
done
END
editor <<'END'
printf 'It was here a moment ago.\n' >"$file"
sh "$bench/wait" 'a moment ago' || exit 9
rm "$file"
END
steps 'see left no file' 'see kept as a draft' 'exit 3'
play "$kept" note -e
is "one that deletes its file" 0 $?
like "has left a draft while it ran" "a moment ago" "$(drafts)"
drop_all
editor <<'END'
printf 'It was whole a moment ago.\n' >"$file"
sh "$bench/wait" 'a moment ago' || exit 9
: >"$file"
END
steps 'see no words in that' 'exit 2'
play "$kept" note -e
is "one that empties its file" 0 $?
like "has left one as well" "a moment ago" "$(drafts)"
drop_all
editor <<'END'
sed -i 's/Left at four\./Left, and then/' "$file"
exit 1
END
steps 'see kept as a draft' 'exit 3'
play "$kept" edit "$win"
is "a change that wasn't kept" "Left at four." \
	"$(newest_of win '["f"]["what"]')"
like "is a draft" "Left, and then" "$(drafts)"
editor <<'END'
sed -i 's/Left, and then/Left in peace./' "$file"
END
steps 'see Carry on?' 'type y' 'see Undo: kept undo' 'exit 0'
play "$kept" edit "$win"
is "and goes on" "Left in peace." "$(newest_of win '["f"]["what"]')"
is "without leaving one" '[]' "$(drafts | get 'd["drafts"]')"
editor <<'END'
sed -i 's/Left in peace\./   /' "$file"
END
steps 'see Back to your text?' 'type n' 'see Kept as a draft' 'exit 2'
play "$kept" edit "$win"
is "what is refused changes nothing" "Left in peace." \
	"$(newest_of win '["f"]["what"]')"
like "and is a draft" "page" "$(drafts)"
drop_all

# ---- what isn't text, and too much of it ----

editor <<'END'
printf 'Caf\351 at six\000, \033[31mred\007 it was.\n' >"$file"
END
steps 'see Latin-1' 'see Kept.' 'exit 0'
play "$kept" note -e
is "what is no UTF-8 is read all the same" 0 $?
is "every word of it, controls and all" \
	"Café at six�, $(printf '\033')[31mred$(printf '\007') it was." \
	"$(newest_of note '["f"]["text"]')"
unlike "none of which is shown" "$(printf '\033[31m')" \
	"$(on laptop log -1 2>&1)"

editor <<'END'
head -c 65536 /dev/zero | tr '\0' w >"$file"
END
steps 'see Kept.' 'exit 0'
play "$kept" note -e
is "64 KiB are an entry" 0 $?
is "whole" 65536 "$(on laptop log --json | get \
	'len(d["entries"][0]["f"].get("text", ""))')"
editor <<'END'
head -c 65537 /dev/zero | tr '\0' x >"$file"
END
steps 'see longer than one entry' 'see Back to your text?' 'type n' 'exit 3'
play "$kept" note -e
is "one byte more is no entry" 0 $?
is "but a draft, whole" 65537 \
	"$(drafts | get 'len(d["drafts"][0]["fields"]["text"])')"
drop_all
editor <<'END'
head -c 1200000 /dev/zero | tr '\0' y >"$file"
END
steps 'see longer than kept takes' 'see Back to your text?' 'type n' 'exit 3'
play "$kept" note -e
is "a megabyte is none either" 0 $?
drop_all
is "and several drafts, whole" 1200000 "$dropped"

# ---- kept is killed ----

editor <<'END'
trap '' HUP
parent=$PPID
printf 'Before the crash.\n' >"$file"
kill -9 "$parent"
n=0
while kill -0 "$parent" 2>/dev/null && [ $n -lt 50 ]; do
	n=$((n + 1))
	sleep 0.1
done
KEPT_HOME=$bench/laptop "$kept" status --json >/dev/null 2>&1 </dev/null
[ -e "$file" ] && echo there >"$bench/inuse"
printf 'Before the crash, and after it.\n' >"$file"
: >"$bench/ended"
END
steps 'exit -9'
play "$kept" note -e
is "kept is killed while the editor runs" 0 $?
eventually [ -e "$bench/ended" ]
is "the file of an editor that lives is left alone" there \
	"$(cat "$bench/inuse" 2>/dev/null)"
sh "$bench/wait" "and after it"
like "when it is gone, the next kept takes it in" "and after it." "$(drafts)"
is "once" 1 "$(drafts | get 'len(d["drafts"])')"
is "and removes the file" "" "$(left)"
drop_all

# Locked, it is sealed; with another journal's nothing is done.
mkdir -m 700 "$place/writing-aaaaaa" "$place/writing-bbbbbb"
printf '{"home":"%s/data","kind":"note","draft":""}' "$bench/laptop" \
	>"$place/writing-aaaaaa/about"
printf '{"home":"%s/data","kind":"note","draft":""}' "$bench/other" \
	>"$place/writing-bbbbbb/about"
echo 'Left by a crash.' >"$place/writing-aaaaaa/entry.txt"
echo 'Left by another.' >"$place/writing-bbbbbb/entry.txt"
: >"$place/writing-aaaaaa/begun"
on laptop lock >/dev/null
on laptop status >/dev/null 2>&1
is "while locked it is taken in as well" "$place/writing-bbbbbb" \
	"$(find "$place" -mindepth 1 -maxdepth 1)"
on laptop unlock --passphrase-file "$pass" >/dev/null
like "and is there at the unlock" "Left by a crash." "$(drafts)"
unlike "another journal's isn't" "Left by another." "$(drafts)"
rm -rf "$place/writing-bbbbbb"
drop_all
for broken in '' '{' '[]' '{"home":7}'; do
	mkdir -m 700 "$place/writing-cccccc"
	printf %s "$broken" >"$place/writing-cccccc/about"
	exits "an about that reads '$broken' stops nothing" 0 on laptop status
	rm -rf "$place/writing-cccccc"
done
mkdir -m 700 "$bench/elsewhere"
ln -s "$bench/elsewhere" "$place/writing-dddddd"
printf '{"home":"%s/data","kind":"note","draft":""}' "$bench/laptop" \
	>"$bench/elsewhere/about"
exits "nor does a link" 0 on laptop status
is "which is not followed" yes \
	"$([ -e "$bench/elsewhere/about" ] && echo yes || echo no)"
rm -f "$place/writing-dddddd"

# keptd can't be reached while the words are in the editor.
editor <<'END'
printf 'While nobody was there.\n' >"$file"
kill -9 "$(cat "$bench/laptop.pid")"
mv "$bench/laptop/run" "$bench/laptop/away"
: >"$bench/laptop/run"
exit 1
END
steps 'see in memory here' 'exit 3'
play "$kept" note -e
is "what can't be sealed stays in memory, and says so" 0 $?
rm -f "$bench/laptop/run"
mv "$bench/laptop/away" "$bench/laptop/run"
daemon laptop
on laptop unlock --passphrase-file "$pass" >/dev/null
like "and is taken in afterwards" "While nobody was there." "$(drafts)"
is "then it is gone" "" "$(left)"
drop_all

# ---- a machine without memory to put it in ----

if unshare -m true 2>/dev/null; then
	steps 'see has to be in memory' 'exit 1'
	mkdir "$bench/disk"
	KEPT_HOME=$bench/laptop XDG_RUNTIME_DIR=/tmp unshare -m sh -c '
		mount --bind "$bench/disk" /dev/shm || exit 77
		exec "$0" "$@"' "$python" "$tools/dialog.py" "$bench/script" \
		"$kept" note -e >"$out" 2>&1
	is "without any it says what to do" 0 $?
	is "and makes nothing on the disk" "" \
		"$(find "$bench/disk" -mindepth 1)"
else
	tap_skip "without any it says what to do" "no mounts of one's own here"
fi

# ---- vim and nano themselves ----

# They begin as usual, and write where they always do if nobody forbids it.
HOME=$bench/home
export HOME
mkdir -p "$HOME/copies"
cat >"$HOME/.vimrc" <<END
set backup backupdir=$HOME/copies undofile undodir=$HOME/copies swapfile
set directory=$HOME/copies viminfo='100,n$HOME/copies/viminfo
set nocompatible
ab zqmine zq-from-the-vimrc
END
printf 'set backup\nset backupdir "%s"\nset historylog\nset positionlog\n%s\n' \
	"$HOME/copies" 'set locking' >"$HOME/.nanorc"
traces() {
	grep -rlaF -e zqvim -e zqnano -e zq-from "$HOME" "$bench/laptop" \
		2>/dev/null | grep -v '/\.vimrc$'
	find "$HOME/copies" -type f
}
if command -v vim >/dev/null; then
	steps 'pause 1' 'keys izqvim wrote this, zqmine \x1b' \
		'keys :w\r' 'keys ozqvim wrote more\x1b' 'keys :wq\r' \
		'see Kept.' 'exit 0'
	VISUAL=vim TERM=xterm play "$kept" note -e
	is "vim writes a note" 0 $?
	like "all of it" "zqvim wrote more" "$(newest_of note '')"
	like "with the person's own settings" "zq-from-the-vimrc" \
		"$(newest_of note '')"
	is "and leaves no copy anywhere" "" "$(traces)"
	steps 'pause 1' 'keys izqvim never saved this' \
		"run sh $bench/wait 'never saved this'" 'keys \x1b:q!\r' \
		'see no words' 'exit 2'
	VISUAL=vim TERM=xterm play "$kept" note -e
	is "what vim hasn't saved is sealed every few seconds" 0 $?
	is "and goes where the person lets it go" '[]' \
		"$(drafts | get 'd["drafts"]')"
	is "without a trace" "" "$(traces)"
	is "or a file" "" "$(left)"
else
	tap_skip "vim writes a note" "vim is not installed"
fi
if command -v nano >/dev/null; then
	steps 'pause 1' 'keys zqnano wrote this' 'keys \x0f\r' 'pause 0.5' \
		'keys \x18' 'see Kept.' 'exit 0'
	VISUAL=nano TERM=xterm play "$kept" note -e
	is "nano writes a note" 0 $?
	like "all of it" "zqnano wrote this" "$(newest_of note '')"
	is "and leaves no copy" "" "$(traces)"
	is "or file" "" "$(left)"
else
	tap_skip "nano writes a note" "nano is not installed"
fi

tap_done
