#!/usr/bin/perl
# tally.pl [-j N] TEST... - prove, with a last line that says how it went:
# "N passed, N failed", and ", N skipped" where something was. A program that
# dies, or runs fewer tests than it planned, counts as one failure. STRICT=1
# makes a failure of every skip. It must never hide a test it was given.
use strict;
use warnings;
use TAP::Harness;

# cmocka 1.1 says "not ok N # SKIP name" where TAP wants "ok N # SKIP".
package Tally::Parser {
	use parent 'TAP::Parser';

	sub make_result {
		my ($self, $token) = @_;

		$token->{ok} = 'ok'
			if $token->{type} eq 'test' &&
				uc($token->{directive} // '') eq 'SKIP';
		return $self->SUPER::make_result($token);
	}
}

my $jobs = 1;
if (@ARGV > 1 && $ARGV[0] eq '-j') {
	shift;
	$jobs = shift;
}
if (!@ARGV) {
	print "0 passed, 0 failed\n";
	exit 0;
}

my $harness = TAP::Harness->new({
	jobs => $jobs,
	parser_class => 'Tally::Parser',
	exec => sub {
		my ($harness, $file) = @_;

		return [ $file =~ /\.t$/ ? 'sh' : (), $file ];
	},
});
my $all = $harness->runtests(@ARGV);
my ($passed, $failed, $skipped) = (0, 0, 0);

for my $one ($all->parsers) {
	my $skips = $one->skipped;

	$skips = 1 if defined $one->skip_all;
	$passed += $one->passed - $one->skipped;
	$failed += $one->failed || ($one->has_problems ? 1 : 0);
	$skipped += $skips;
}
if ($ENV{STRICT}) {
	$failed += $skipped;
	$skipped = 0;
}
printf "%d passed, %d failed%s\n", $passed, $failed,
	$skipped ? ", $skipped skipped" : '';
exit($failed ? 1 : 0);
