#!/bin/sh
# mutants.sh - are the tests able to fail? Each line below breaks kept in one
# place, in a copy of the tree; the test named beside it has to notice. Fails
# if one goes unnoticed, or if its line fits the source no more.
#
#	mutants.sh [NAME]	only those whose name contains NAME
#
# name@file@sed expression@test: sim COUNT, or a program below tests/
set -u

wanted=${1:-${T:-}}
built=${KEPT_OUT:-build/debug}
# What make exports for the tree itself is not for the copy.
unset KEPT_OUT KEPT_FLAGS MAKEFLAGS MAKELEVEL BUILDROOT SEED COUNT DEVICES
BUILD=debug
export BUILD
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
# Times stay, so that what is built already need not be built again.
mkdir "$copy/build"
cp -pr Makefile sources.mk packaging proto crdt daemon cli tests "$copy/"
[ ! -d "$built" ] || cp -pr "$built" "$copy/build/debug"
[ ! -r "$built/../pkg.mk" ] || cp -p "$built/../pkg.mk" "$copy/build/"
cd "$copy" || exit 1

build() {
	make -j2 "build/debug/tests/$1" >"$copy/make.log" 2>&1
}

# 0: the test is content.
holds() {
	# shellcheck disable=SC2086 # a word, or two
	set -- $1
	case $1 in
	sim) build sim/sim && build/debug/tests/sim/sim --count "$2" --stop ;;
	*) build "$1" && "build/debug/tests/$1" ;;
	esac >"$copy/test.log" 2>&1
}

noticed=0
missed=0
try() {
	cp -p "$2" "$copy/kept.c"
	sed -i "$3" "$2"
	if cmp -s "$2" "$copy/kept.c"; then
		echo "$1: its line does not fit $2 any more"
		missed=$((missed + 1))
	elif holds "$4"; then
		echo "$1: SURVIVED ($4)"
		missed=$((missed + 1))
	elif grep -q ': error: \|Error 1' "$copy/make.log"; then
		echo "$1: does not compile"
		grep ': error: ' "$copy/make.log" | head -n 3
		missed=$((missed + 1))
	else
		echo "$1: noticed ($4)"
		noticed=$((noticed + 1))
	fi
	cp "$copy/kept.c" "$2"
}

list() {
	cat <<'END'
no fsync@daemon/store/store.c@s/synchronous=FULL/synchronous=OFF/;s/synchronous", "2"/synchronous", "0"/@sim 60
commit not looked at@daemon/node_turn.c@s/status = turn_commit(node, &why);/status = 0 * turn_commit(node, \&why);/@sim 60
nothing is committed@daemon/node_turn.c@s/status = store_commit(node->store, err);/store_rollback(node->store);\n\tstatus = 0;/@sim 20
signatures not checked@proto/crypto/block.c@s/^\tif (!hash32_equal(&id, &block->id))$/\tif (pub != NULL)\n\t\treturn 0;\n&/@sim 200
concurrent values dropped@crdt/register.c@s/\*count < cap) {/*count < 1) {/@sim 100
revisions by clock alone@daemon/vault/gather.c@s/block->place = latest + 1;/continue;/@sim 60
parted logs not seen anew@daemon/vault/vault.c@s/known->covered = from - 1;/known->covered += 0;/@sim 200
logs of a copy taken for ours@daemon/core/ledger.c@s/copy.flags |= STORE_LOG_CLOSED;/copy.flags |= 0;/@sim 150
own logs never doubted@daemon/core/ledger.c@s/row->flags |= STORE_LOG_CLOSED;/row->flags |= 0;/@sim 150
captures stay behind@daemon/rpc/do_state.c@s/status = journal_take_captures(/status = true ? 0 : journal_take_captures(/@sim 30
a request carried out twice@daemon/rpc/session.c@s/^\t\tbuf_consume(&client->in, frame.input_bytes);/\t\tif (status >= 0)\n&/@sim 150
commitment not compared@proto/crypto/seal.c@s/COMMIT_BYTES) != 0)/COMMIT_BYTES) == 2)/@unit/test_seal
authenticity of a body ignored@proto/crypto/seal.c@s/^\t\terr = ERR_CRYPTO;/\t\terr = 0;/@unit/test_seal
prev ignored@proto/crypto/run.c@s/^\t\tif (!is_chained(/\t\tif (false \&\& !is_chained(/@unit/test_run
labels not part of the key@proto/crypto/seal.c@s/memcpy(at, context->label, label_len);/memset(at, 0, label_len);/@unit/test_seal
stamps go back@crdt/hlc.c@s/wall > hlc->last ? wall : hlc->last + 1/wall/@unit/test_hlc
deletes beat edits@crdt/life.c@s/^\t\thas_uncovered = true;/\t\thas_uncovered = false;/@law/test_laws
overwritten values stay@crdt/register.c@s/write->is_overwritten = true;/write->is_overwritten = false;/@law/test_laws
END
}

list >"$copy/list"
while IFS='@' read -r name file expression test; do
	case $name in
	*"$wanted"*) ;;
	*) continue ;;
	esac
	try "$name" "$file" "$expression" "$test"
done <"$copy/list"
echo "$noticed mutants noticed, $missed not"
[ "$missed" -eq 0 ]
