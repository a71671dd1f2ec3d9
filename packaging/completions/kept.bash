# bash completion for kept: what fits is kept's own business.
_kept() {
	local IFS=$'\n'
	# shellcheck disable=SC2207 # one candidate a line
	COMPREPLY=($(kept --complete "${COMP_WORDS[@]:1:COMP_CWORD}" \
		2>/dev/null))
}
complete -o default -F _kept kept
