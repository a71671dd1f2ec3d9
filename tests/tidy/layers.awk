# layers.awk - who may include whom. Reads lines "file included", prints those
# that break a rule. The table is the one of ARCHITECTURE.md; change both.

BEGIN {
	base = "proto/base/"
	# Everything of proto/ itself, not of the rooms in it.
	proto = "proto/[a-z_0-9]+\\.(h|def)"
	crypto = "proto/crypto/"
	cursor = "proto/((mp|mpcheck|schema|bounds|entry)\\.h|[a-z]+\\.def)"

	may["proto/base"] = base
	may["proto"] = base "|" proto
	may["proto/crypto"] = base "|proto/(bounds|mp|mpcheck)\\.h|" crypto
	may["crdt"] = base "|" cursor "|crdt/"
	may["daemon/store"] = base "|" proto "|" crypto \
		"|crdt/version\\.h|daemon/store/"
	may["daemon/core"] = base "|" proto "|" crypto \
		"|crdt/version\\.h|daemon/store/store\\.h|daemon/core/"
	may["daemon/vault"] = base "|" proto "|" crypto \
		"|crdt/|daemon/store/|daemon/core/roster\\.h|daemon/vault/"
	may["daemon/rpc"] = base "|" proto \
		"|proto/crypto/(words|entropy)\\.h" \
		"|daemon/(node|config)\\.h|daemon/core/" \
		"|daemon/vault/|daemon/rpc/"
	may["daemon/io"] = base "|" proto \
		"|daemon/(node|statefile)\\.h|daemon/core/" \
		"|daemon/rpc/|daemon/io/"
	may["daemon"] = base "|" proto "|" crypto "|crdt/|daemon/"
	may["cli"] = base "|" proto "|cli/"
	may["tests/sim"] = "proto/|crdt/|daemon/(core|vault|store|rpc)/" \
		"|daemon/[a-z_0-9]+\\.(h|def)|tests/"
	may["tests"] = "proto/|crdt/|daemon/|cli/|tests/"

	# Third parties: which, by path, and who may see it, even through
	# other headers.
	owner["sodium"] = "proto/crypto/|tests/"
	owner["sqlite3"] = "daemon/store/|tests/"
	owner["uv"] = "daemon/io/|tests/"
	owner["systemd"] = "daemon/io/|tests/"
	owner["msgpack"] = "proto/codec\\.c|tests/"
	owner["utf8proc"] = "daemon/vault/|crdt/text/|tests/"
	owner["zstd"] = "crdt/text/|tests/"
	owner["cjson"] = "cli/|tests/"
	owner["editline"] = "cli/|tests/"
	owner["histedit"] = "cli/|tests/"
	owner["qrencode"] = "cli/|tests/"
	owner["pango"] = "cli/page/"
	owner["cairo"] = "cli/page/"
	owner["sha256"] = "cli/|tests/"
	owner["cmocka"] = "tests/"

	# What may not be seen through any number of headers.
	wall["proto"] = "crdt/|daemon/|cli/"
	wall["proto/base"] = "proto/crypto/|crdt/|daemon/|cli/"
	wall["proto/crypto"] = "crdt/|daemon/|cli/"
	wall["crdt"] = "proto/crypto/|daemon/|cli/"
	wall["daemon/store"] = "daemon/(core|vault|rpc|io)/|cli/"
	wall["daemon/core"] = "daemon/(vault|rpc|io)/|cli/"
	wall["daemon/vault"] = "daemon/(rpc|io)/|cli/"
	wall["daemon/rpc"] = "daemon/io/|cli/"
	wall["daemon/io"] = "cli/"
	wall["daemon"] = "cli/"
	wall["cli"] = "proto/crypto/|crdt/|daemon/"
}

# The room a file stands in: its folder, or the nearest with a rule.
function room_of(file)
{
	while (file ~ /\//) {
		sub(/\/[^\/]*$/, "", file)
		if (file in may)
			return file
	}
	return ""
}

function third_party(included,    name)
{
	if (included !~ /^\//)
		return ""
	for (name in owner)
		if (included ~ ("/" name "(\\.h|/)"))
			return name
	return ""
}

{
	sub(/^\.\//, "", $2)
	room = room_of($1)
	if (room == "")
		print $1 " stands in no room that has a rule"
	other = third_party($2)
	if (other != "" && $1 !~ ("^(" owner[other] ")"))
		print $1 " may not see " other
	if ($2 ~ /^\//)
		next
	if (direct && $2 !~ ("^(" may[room] ")"))
		print $1 " may not include " $2
	if (!direct && (room in wall) && $2 ~ ("^(" wall[room] ")"))
		print $1 " may not see " $2 ", even through other headers"
}
