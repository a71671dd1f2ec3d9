/*
 * keptpage.c - kept-page: a page as JSON on stdin, as PDF on stdout.
 *
 * A program of its own, so that kept starts without cairo and Pango. `kept
 * review --pdf` runs it. It must never write anywhere else than to stdout.
 * Read next: pagedraw.c, cli/pageform.h.
 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/i18n.h"
#include "cli/page/pagedraw.h"

#define PAGE_BYTES_MAX ((size_t)4 << 20)
#define PDF_BYTES_MAX ((size_t)64 << 20)

/* What is on the page belongs into no core. */
static void harden(void)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
}

static int read_all(struct buf *in)
{
	uint8_t chunk[4096];
	ssize_t got;

	while ((got = read(STDIN_FILENO, chunk, sizeof chunk)) != 0) {
		if (got < 0 && errno != EINTR)
			return -1;
		if (got > 0)
			buf_put(in, chunk, (size_t)got);
	}
	buf_put_u8(in, 0);
	return in->failed;
}

static int write_all(const struct buf *out)
{
	size_t at = 0;

	while (at < out->len) {
		ssize_t put =
			write(STDOUT_FILENO, out->ptr + at, out->len - at);

		if (put < 0 && errno != EINTR)
			return -1;
		at += put > 0 ? (size_t)put : 0;
	}
	return 0;
}

/* Of a sheet where this person lives, in mm; A4 if that isn't known. */
static int paper(nl_item item, int fallback)
{
	union {
		const char *text;
		unsigned int number;
	} said = { nl_langinfo(item) };
	/* The number stands where the pointer would. */
	return said.number >= 100 && said.number <= 1000 ? (int)said.number
							 : fallback;
}

int main(void)
{
	struct buf in, out;
	cJSON *page = NULL;
	int status = 1;

	harden();
	(void)setlocale(LC_ALL, "");
	/* Numbers in a PDF have points. */
	(void)setlocale(LC_NUMERIC, "C");
	i18n_begin();
	buf_init(&in, PAGE_BYTES_MAX);
	buf_init(&out, PDF_BYTES_MAX);
	if (read_all(&in) == 0)
		page = cJSON_Parse((const char *)in.ptr);
	if (!cJSON_IsObject(page)) {
		(void)fprintf(stderr, "kept-page draws what kept review --pdf "
				      "tells it.\n");
		status = 2;
		goto out;
	}
	if (pagedraw_pdf(&out, page, paper(_NL_PAPER_WIDTH, 210),
			 paper(_NL_PAPER_HEIGHT, 297)) == 0 &&
	    write_all(&out) == 0)
		status = 0;
out:
	cJSON_Delete(page);
	buf_release(&in);
	buf_release(&out);
	return status;
}
