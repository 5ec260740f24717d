/*
 * log.h -- one event, one line on standard error:
 *   2026-11-23T12:41:07.123Z finance[4711] warning db-lost request=7f3a… question=3 sqlstate=57P01
 *
 * An event has a fixed name in kebab-case and `key=value` words. Never in a line: parameters, form
 * bodies, cookies, tokens, PINs, codes, names of people. Values pass through the formatter, which
 * turns blanks, control bytes and quotes into `\xNN`, so that no input can forge a line; a line is
 * at most 1 KiB, the rest is cut.
 */
#ifndef KABINET_LOG_H
#define KABINET_LOG_H

enum log_level { LOG_EVENT_INFO, LOG_EVENT_WARNING, LOG_EVENT_ERROR, LOG_EVENT__COUNT };

/* The name that begins every line; the pointer is kept. */
void log_open(const char *program);

/* Adds `request=ID` to every line until it is called with NULL; the pointer is kept. */
void log_request(const char *request_id);

/*
 * format is `key=%s other=%d`; NULL for none. Each argument of %s is made safe, the format itself
 * is trusted.
 */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_info(...)    log_event(LOG_EVENT_INFO, __VA_ARGS__)
#define log_warning(...) log_event(LOG_EVENT_WARNING, __VA_ARGS__)
#define log_error(...)   log_event(LOG_EVENT_ERROR, __VA_ARGS__)

#endif
