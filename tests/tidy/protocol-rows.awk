# protocol-rows.awk - rows of a .def file as a table of markdown.
# -v table=messages|labels|rules|kinds. Rows are macro calls on a line
# of their own; what stands in quotes may hold commas.

# Splits the arguments of the call in s into arg[1..], without their quotes.
function split_call(s,	i, c, quoted, depth, n) {
	sub(/^[A-Z0-9]+\(/, "", s)
	sub(/\)[^)]*$/, "", s)
	n = 1
	split("", arg)
	arg[1] = ""
	quoted = depth = 0
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\"") {
			quoted = !quoted
		} else if (c == "," && !quoted && depth == 0) {
			arg[++n] = ""
			sub(/^ /, "", s)
			while (substr(s, i + 1, 1) == " ")
				i++
		} else {
			if (!quoted)
				depth += (c == "(") - (c == ")")
			arg[n] = arg[n] c
		}
	}
	return n
}

function row(a, b, c, d) {
	gsub(/\|/, "\\|", d)
	print "| " a " | " b " | " c " | " d " |"
}

function form_of(type) {
	if (type == "U64")
		return "uint <= " arg[4]
	if (type == "FLAG")
		return "bool"
	if (type == "FIX")
		return arg[4] " bytes"
	if (type == "BIN")
		return "bin <= " arg[4]
	if (type == "STR")
		return "str <= " arg[4]
	if (type == "FIXES")
		return "<= " arg[5] " x " arg[4] " bytes"
	if (type == "LIST")
		return "<= " arg[5] " x " arg[4]
	return "any"
}

function states_of(s) {
	gsub(/SYNC_OPEN/, "control, stream", s)
	gsub(/SYNC_IN\(/, "", s)
	gsub(/\)/, "", s)
	gsub(/ *\| */, ", ", s)
	return tolower(s)
}

BEGIN {
	if (table == "messages") {
		print "| | number | form | |"
		print "|---|---|---|---|"
	} else if (table == "labels") {
		print "| | in code | bytes in front |"
		print "|---|---|---|"
	} else if (table == "rules") {
		print "| rule | number | |"
		print "|---|---|---|"
	} else if (table == "kinds") {
		print "| kind | number | needs | |"
		print "|---|---|---|---|"
	}
}

table == "messages" && /^SUB\(/ {
	split_call($0)
	row("**" arg[1] "** (a part)", "", "map", arg[2])
}
table == "messages" && /^MSG\(/ {
	n = split_call($0)
	row("**" arg[1] "**", arg[2], "map, <= " arg[3] " bytes", arg[n] \
		(n > 4 ? " In: " states_of(arg[4]) "." : ""))
}
table == "messages" && /^(U64|FLAG|FIX|BIN|STR|RAW|FIXES|LIST)\(/ {
	type = $0
	sub(/\(.*/, "", type)
	n = split_call($0)
	row(arg[3], arg[2], form_of(type) \
		(arg[n - 1] == "OPTIONAL" ? ", or absent" : ""), arg[n])
}
table == "labels" && /^LABEL\(/ {
	split_call($0)
	print "| key | KDF_" arg[1] " | `kept/1/" arg[2] "` 0 |"
}
table == "labels" && /^SIGN\(/ {
	split_call($0)
	print "| signature | SIGN_" arg[1] " | `kept/1/sig/" arg[2] "` 0 |"
}
table == "rules" && /^RULE\(/ {
	split_call($0)
	print "| " arg[1] " | " arg[2] " | " arg[3] " |"
}
table == "kinds" && /^KIND\(/ {
	split_call($0)
	row(arg[1], arg[2], tolower(arg[4]), arg[6])
}
