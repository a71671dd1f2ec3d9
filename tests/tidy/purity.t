#!/bin/sh
# purity.t - crdt/ and daemon/core/ reach for no clock, dice, socket, file,
# environment or heap: what their objects leave undefined is looked through.
set -u
. tests/tidy/tap.sh

out=${KEPT_OUT:-build/debug}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# Names that mean the world outside. snprintf is only text and may stay.
impure='^(uv_.*|sqlite3_.*|sodium_.*|crypto_.*|randombytes.*|sd_.*'
impure="$impure|clock_.*|clock|time|gettimeofday|nanosleep|sleep|usleep"
impure="$impure|localtime.*|gmtime.*|mktime|strftime"
impure="$impure|s?rand|rand_r|s?random|[de]rand48|getrandom|getentropy"
impure="$impure|arc4random.*|getenv|secure_getenv|setlocale"
impure="$impure|socket|connect|accept4?|listen|bind|send.*|recv.*|poll|select"
impure="$impure|open(at|64)?|creat|p?(read|write)v?|close|stat|fstat|unlink"
impure="$impure|(__)?(f|d|vf)?printf(_chk)?|f?puts|putchar|putc|fputc"
impure="$impure|fopen|fdopen|fclose|fread|fwrite|fflush|std(in|out|err)|perror"
impure="$impure|malloc|calloc|realloc|free|strdup|strndup|v?asprintf"
impure="$impure|mem_alloc|mem_realloc|mem_free|log_.*"
impure="$impure|pthread_.*|fork|execv.*|signal|sigaction|exit)\$"

reaches_of() {
	nm -u "$1" | awk '{ print $NF }' | sed 's/@.*//' | grep -E "$impure"
}

for object in $(find "$out/crdt" "$out/daemon/core" -name '*.o' \
	2>/dev/null | sort); do
	source=${object#"$out"/}
	source=${source%.o}.c
	[ -f "$source" ] || continue
	tap_report "$source is pure" "$(reaches_of "$object")"
done

cat >"$scratch/impure.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
long impure(void);
long impure(void)
{
	char *heap = malloc(9);
	long now = time(NULL);
	printf("%s", getenv(heap));
	return now;
}
END
${CC:-cc} -c -o "$scratch/impure.o" "$scratch/impure.c"
refused=$(reaches_of "$scratch/impure.o")
for name in malloc time printf getenv; do
	tap_expect "$name is refused" "$name" "$refused"
done

cat >"$scratch/pure.c" <<'END'
#include <string.h>
unsigned long pure(const char *s);
unsigned long pure(const char *s)
{
	return strlen(s);
}
END
${CC:-cc} -O0 -fno-builtin -c -o "$scratch/pure.o" "$scratch/pure.c"
tap_report "what is pure passes" "$(reaches_of "$scratch/pure.o")"

tap_done
