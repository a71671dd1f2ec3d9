# fish completion for kept: what fits is kept's own business.
complete -c kept -a '(kept --complete (commandline -opc)[2..] \
	(commandline -ct) 2>/dev/null)'
