/*
 * jsoninput.c - JSON and text that come in from files and pipes.
 *
 * Must never take half of something: what is too long or is not what it says
 * is refused whole. Read next: jsonform.c.
 */
#include "cli/jsoninput.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/i18n.h"
#include "proto/base/utf8.h"
#include "proto/bounds.h"

#define READ_BYTES 65536u

static int refuse_read(struct cli *cli, const char *path, int os)
{
	char *shown = cli_show(path, false);
	int exit_code = cli_say_no(
		cli, EXIT_DISK, os == ENOENT ? "not_found" : "disk_trouble",
		NULL, _("%s can't be read (%s). Nothing was changed."), shown,
		strerror(os));

	cli_free(shown);
	return exit_code;
}

int jsoninput_file(struct cli *cli, const char *path, struct buf *buf)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;
	int os = 0;

	if (fd < 0)
		return refuse_read(cli, path, errno);
	while (got > 0 && buf->failed == 0) {
		size_t before = buf->len;
		uint8_t *room = buf_extend(buf, READ_BYTES);

		if (room == NULL)
			break;
		got = read(fd, room, READ_BYTES);
		os = errno;
		buf->len = before + (got > 0 ? (size_t)got : 0);
		if (got < 0 && os == EINTR && !ask_was_stopped())
			got = 1;
	}
	if (!is_stdin)
		(void)close(fd);
	if (ask_was_stopped())
		return EXIT_CTRL_C;
	if (got < 0)
		return refuse_read(cli, path, os);
	if (buf->failed != 0)
		return cli_say_no(cli, EXIT_COULD_NOT, "too_large", NULL, "%s",
				  err_text(ERR_LIMIT));
	return 0;
}

/* Keys that stand twice would make one of them vanish. Each is held against
 * each, so there is an end to how many. */
static bool has_twins(const cJSON *json)
{
	const cJSON *item, *other;

	if (!cJSON_IsObject(json))
		return false;
	if (cJSON_GetArraySize(json) > JSONINPUT_KEYS_MAX)
		return true;
	for (item = json->child; item != NULL; item = item->next)
		for (other = item->next; other != NULL; other = other->next)
			if (strcmp(item->string, other->string) == 0)
				return true;
	return false;
}

cJSON *jsoninput_parse(const char *text)
{
	const char *end = NULL;
	cJSON *json;

	if (!utf8_is_valid(bytes_from_str(text)))
		return NULL;
	json = cJSON_ParseWithOpts(text, &end, true);
	if (json != NULL && has_twins(json)) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

int jsoninput_object(struct cli *cli, const char *path, cJSON **object)
{
	struct buf text;
	int exit_code;

	*object = NULL;
	buf_init(&text, LIMIT_FRAME_BYTES + READ_BYTES);
	exit_code = jsoninput_file(cli, path, &text);
	if (exit_code == 0) {
		bool whole = memchr(text.ptr, 0, text.len) == NULL;

		buf_put_u8(&text, 0);
		if (whole && text.failed == 0)
			*object = jsoninput_parse((const char *)text.ptr);
		if (!cJSON_IsObject(*object)) {
			cJSON_Delete(*object);
			*object = NULL;
			exit_code = cli_say_no(
				cli, EXIT_NOT_THE_FORMAT, "usage", NULL,
				_("That isn't one JSON object, like "
				  "{\"what\":\"Left at six\"}. Nothing was "
				  "changed."));
		}
	}
	buf_release(&text);
	return exit_code;
}
