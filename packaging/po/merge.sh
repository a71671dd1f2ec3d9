#!/bin/sh
# merge.sh - brings a translation up to what is to be translated.
#
#	merge.sh LANGUAGE.po kept.pot
#
# New sentences come in without a translation, and are never guessed from old
# ones; old sentences go. The same input gives the same bytes.
set -eu
LC_ALL=C.UTF-8
export LC_ALL

po=$1
pot=$2
made=$(mktemp)
trap 'rm -f "$made"' EXIT

msgmerge --quiet --no-fuzzy-matching --sort-output --add-location=file \
	--previous "$po" "$pot" | msgattrib --no-obsolete --sort-output \
	--add-location=file | sed -e '/^"POT-Creation-Date:/d' >"$made"
cmp -s "$made" "$po" || cp "$made" "$po"
