# style.awk - the form of .c, .h and .def files, line by line. Prints
# "path:line: rule: what"; says nothing of a file that is as it should be.
# Portable awk: no gensub, no intervals. Run with LC_ALL=C. tidy.t has a bad
# sample for every rule here.

function report(line, rule, what)
{
	printf "%s:%d: %s: %s\n", path, line, rule, what
}

# Columns: tabs to the next eighth, a scalar of UTF-8 counts once.
function columns(text,    i, c, n)
{
	gsub(/[\200-\277]/, "", text)
	n = 0
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		n = c == "\t" ? n + 8 - n % 8 : n + 1
	}
	return n
}

# What is left of a line without strings, characters and comments.
function code_of(text,    at)
{
	if (in_comment) {
		at = index(text, "*/")
		if (at == 0)
			return ""
		text = substr(text, at + 2)
		in_comment = 0
	}
	gsub(/\\\\/, "", text)
	gsub(/\\"/, "", text)
	gsub(/"[^"]*"/, "\"\"", text)
	gsub(/'\\?.'/, "0", text)
	while ((at = index(text, "/*")) > 0) {
		rest = substr(text, at + 2)
		text = substr(text, 1, at - 1)
		at = index(rest, "*/")
		if (at == 0) {
			in_comment = 1
			break
		}
		text = text substr(rest, at + 2)
	}
	return text
}

# Blocks of control statements that are open, inside a function.
function follow_braces(code,    i, c, before)
{
	before = ""
	for (i = 1; i <= length(code); i++) {
		c = substr(code, i, 1)
		if (c == "{") {
			depth++
			is_block[depth] = before ~ /(\) |else |do )$/
			blocks += is_block[depth]
		} else if (c == "}" && depth > 0) {
			blocks -= is_block[depth]
			depth--
		}
		before = before c
	}
	if (blocks > 3 && !said_nesting) {
		report(FNR, "nesting", "more than 3 blocks inside each other")
		said_nesting = 1
	}
}

function check_words(code,    n, i, parts, word)
{
	n = split(code, parts, /[^A-Za-z0-9_]+/)
	for (i = 1; i <= n; i++) {
		word = tolower(parts[i])
		if (word ~ /(^|_)(managers?|helpers?|utils?|misc)(_|$)/)
			report(FNR, "word", parts[i])
	}
	if (code ~ /^[ \t]*typedef[ \t]+struct/)
		report(FNR, "typedef", "a struct is called struct")
	if (code ~ /^[ \t]*typedef.*[a-z0-9]_t;/)
		report(FNR, "typedef", "_t belongs to POSIX")
}

function check_heap(code)
{
	if (path ~ /^tests\// || path == "proto/base/mem.c")
		return
	if (code ~ /(^|[^A-Za-z0-9_])(malloc|calloc|realloc|strdup|strndup|asprintf)\(/)
		report(FNR, "heap", "mem.h is the way to the heap")
	if (path !~ /^cli\// && code ~ /(^|[^A-Za-z0-9_])free\(/)
		report(FNR, "heap", "mem.h is the way from the heap")
}

function check_include(text,    name, found)
{
	name = text
	sub(/^#[ \t]*include[ \t]*"/, "", name)
	sub(/".*$/, "", name)
	if (name !~ /\// || name ~ /^\.\.?\//) {
		report(FNR, "include", name " is not named from the root")
		return
	}
	if ((getline found < name) < 0)
		report(FNR, "include", name " is not there")
	close(name)
}

function end_file()
{
	if (path != "" && path !~ /\.def$/ && last > 600)
		report(last, "long-file", last " lines, 600 are the most")
}

FNR == 1 {
	end_file()
	path = FILENAME
	sub(/^\.\//, "", path)
	in_comment = 0
	in_function = 0
	said_nesting = 0
	depth = 0
	blocks = 0
	if ($0 !~ /^\/\*/)
		report(1, "purpose", "a file begins by saying what it is for")
}

{
	last = FNR
	raw = $0
	was_comment = in_comment
	code = code_of($0)
	if (path !~ /\.def$/ && columns(raw) > 80)
		report(FNR, "wide-line", columns(raw) " columns")
	if (raw ~ /[ \t]$/)
		report(FNR, "space", "at the end of the line")
	if (raw ~ /^\t* +\t/ || (!was_comment && raw ~ /^        /))
		report(FNR, "space", "spaces where a tab belongs")
	if (raw ~ /(^|[^A-Za-z0-9_])(TODO|FIXME|XXX|HACK)([^A-Za-z0-9_]|$)/)
		report(FNR, "marker", "something is left to do")
	if (raw ~ /^#[ \t]*include[ \t]*"/)
		check_include(raw)
	if (raw ~ /^#[ \t]*include[ \t]*<assert\.h>/)
		report(FNR, "include", "kept_assert stays on, assert does not")
	check_words(code)
	check_heap(code)
}

/^[A-Za-z_][A-Za-z0-9_]*:[ \t]*$/ && !/^out:/ {
	report(FNR, "label", "the one label is out:")
}

/^\{[ \t]*$/ {
	in_function = 1
	begun = FNR
	said_nesting = 0
	depth = 0
	blocks = 0
}

in_function {
	follow_braces(code)
}

/^\}/ && in_function {
	in_function = 0
	if (FNR - begun - 1 > 70)
		report(begun, "long-function", FNR - begun - 1 " lines")
}

END {
	end_file()
}
