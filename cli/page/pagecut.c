/*
 * pagecut.c - one page is one page.
 *
 * Must never take something away without counting it. Read next: pagedraw.c,
 * cli/reviewhtml.c.
 */
#include "cli/page/pagecut.h"

#include "proto/base/utf8.h"

#define SCALARS_A_LINE 80u

const char *pagecut_text(const cJSON *object, const char *key)
{
	const cJSON *text = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsString(text) ? text->valuestring : "";
}

int pagecut_left(const cJSON *row)
{
	const cJSON *left = cJSON_GetObjectItemCaseSensitive(row, "left");

	return cJSON_IsNumber(left) ? left->valueint : 0;
}

static cJSON *lines_of(const cJSON *row)
{
	return cJSON_GetObjectItemCaseSensitive(row, "lines");
}

static size_t folded(const cJSON *text, size_t scalars)
{
	if (!cJSON_IsString(text))
		return 0;
	return 1 + utf8_count(bytes_from_str(text->valuestring)) / scalars;
}

/* A fact alone, or one beside others that stand one below the other. */
static size_t measure_line(const cJSON *line)
{
	const cJSON *fact = cJSON_GetArrayItem(line, 0), *text;
	size_t asides = 0, lines;

	if (fact == NULL || fact->next == NULL)
		return folded(fact, SCALARS_A_LINE);
	for (text = fact->next; text != NULL; text = text->next)
		asides += folded(text, SCALARS_A_LINE / 2);
	lines = folded(fact, SCALARS_A_LINE / 2);
	return lines > asides ? lines : asides;
}

static size_t measure_row(const cJSON *row)
{
	size_t sum = pagecut_left(row) > 0 ? 1 : 0;
	const cJSON *line;

	cJSON_ArrayForEach(line, lines_of(row)) sum += measure_line(line);
	return sum;
}

size_t pagecut_measure(const cJSON *page)
{
	const cJSON *row;
	size_t sum = 0;

	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(page, "rows"))
		sum += measure_row(row);
	return sum;
}

/* The row with the most lines, of those that can lose one. */
static cJSON *find_longest(const cJSON *page)
{
	cJSON *row, *longest = NULL;
	size_t most = 0;

	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(page, "rows"))
	{
		size_t lines = measure_row(row);

		if (cJSON_GetArraySize(lines_of(row)) < 2 || lines <= most)
			continue;
		most = lines;
		longest = row;
	}
	return longest;
}

static void drop_last(cJSON *row)
{
	cJSON *left = cJSON_GetObjectItemCaseSensitive(row, "left");
	cJSON *lines = lines_of(row);

	cJSON_DeleteItemFromArray(lines, cJSON_GetArraySize(lines) - 1);
	if (left != NULL)
		cJSON_SetNumberValue(left, left->valuedouble + 1);
	else
		(void)cJSON_AddNumberToObject(row, "left", 1);
}

bool pagecut_shorten(cJSON *page, size_t most)
{
	cJSON *row;

	while (pagecut_measure(page) > most) {
		row = find_longest(page);
		if (row == NULL)
			return false;
		drop_last(row);
	}
	return true;
}

static void trim_text(cJSON *text, size_t scalars)
{
	struct bytes all = bytes_from_str(text->valuestring);
	size_t pos = 0;
	struct buf cut;

	if (utf8_count(all) <= scalars)
		return;
	while (scalars-- > 1)
		(void)utf8_next(all, &pos);
	buf_init(&cut, all.len + 8);
	buf_printf(&cut, "%.*s…", (int)pos, text->valuestring);
	buf_put_u8(&cut, 0);
	if (cut.failed == 0)
		(void)cJSON_SetValuestring(text, (const char *)cut.ptr);
	buf_release(&cut);
}

void pagecut_trim(cJSON *page, size_t scalars)
{
	cJSON *row, *line, *text;

	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(page, "rows"))
	{
		cJSON_ArrayForEach(line, lines_of(row))
		{
			cJSON_ArrayForEach(text, line)
			{
				if (cJSON_IsString(text))
					trim_text(text, scalars);
			}
		}
	}
}
