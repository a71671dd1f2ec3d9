/*
 * benchscreens.c - kept, log -3, trends, and review as people run them.
 *
 * Must never judge a figure. Read next: bench_insight.c.
 */
#include "tests/bench/benchscreens.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/panic.h"

#define TIMES 21u
#define AIM_MS 100.0
#define WORDS_MAX 6u

struct screen_case {
	const char *name;
	const char *words[WORDS_MAX]; /* behind `kept` */
};

static const struct screen_case cases[] = {
	{ "kept", { NULL } },
	{ "kept log -3", { "log", "-3", NULL } },
	{ "kept trends", { "trends", NULL } },
	{ "kept trends mood", { "trends", "mood", NULL } },
	{ "kept trends mood, 520 weeks",
	  { "trends", "mood", "--weeks", "520", NULL } },
	{ "kept review", { "review", NULL } },
	{ "kept review, all of it",
	  { "review", "--since", "2020-01-01", NULL } },
	{ "kept review --html", { "review", "--html", "-", NULL } },
	{ "kept review --pdf", { "review", "--pdf", "-", NULL } },
};

_Noreturn static void become_kept(const struct benchhome *home,
				  const struct screen_case *screen)
{
	const char *out = getenv("KEPT_OUT");
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	char program[BENCHHOME_PATH_BYTES * 2];
	char words[WORDS_MAX][32];
	char *argv[WORDS_MAX + 2] = { (char[]){ "kept" } };
	size_t i;

	(void)snprintf(program, sizeof program, "%s/kept",
		       out == NULL ? "build/release" : out);
	for (i = 0; screen->words[i] != NULL; i++) {
		(void)snprintf(words[i], sizeof words[i], "%s",
			       screen->words[i]);
		argv[i + 1] = words[i];
	}
	(void)setenv("KEPT_HOME", home->dir, 1);
	(void)dup2(nothing, STDIN_FILENO);
	(void)dup2(nothing, STDOUT_FILENO);
	(void)dup2(nothing, STDERR_FILENO);
	(void)execv(program, argv);
	_exit(127);
}

static double run_ms(const struct benchhome *home,
		     const struct screen_case *screen)
{
	double start = bench_now_ms();
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		become_kept(home, screen);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		bench_end(screen->name);
	return bench_now_ms() - start;
}

void benchscreens_measure(const struct benchhome *home, uint64_t n,
			  bool is_json)
{
	double times[TIMES], middle, most;
	size_t i, j;

	(void)fflush(stdout);
	if (is_json)
		printf("{\"bench\":\"screens\",\"n\":%llu,\"figures\":[",
		       (unsigned long long)n);
	for (i = 0; i < KEPT_ARRAY_COUNT(cases); i++) {
		(void)run_ms(home, &cases[i]); /* warm */
		for (j = 0; j < TIMES; j++)
			times[j] = run_ms(home, &cases[i]);
		middle = bench_quantile(times, TIMES, 0.5);
		most = times[TIMES - 1]; /* sorted by now */
		if (is_json)
			printf("%s{\"name\":\"%s\",\"value\":%.3f,"
			       "\"most\":%.3f,\"unit\":\"ms\"}",
			       i > 0 ? "," : "", cases[i].name, middle, most);
		else
			printf("  %-42s %10.2f ms   aim   %10.2f  ratio "
			       "%6.2f  (most %.2f)\n",
			       cases[i].name, middle, AIM_MS, middle / AIM_MS,
			       most);
	}
	if (is_json)
		printf("]}\n");
}
