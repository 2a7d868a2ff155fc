/* bench/probe.c - looks at an X screen from outside, in the same way for every program measured, so that
 * no program is asked about itself. The X server has to be ours alone (Xvfb).
 *
 *   probe start X Y RRGGBB PROGRAM...   starts PROGRAM; prints "PID MILLISECONDS" when the pixel X Y has that
 *                                       colour; PROGRAM goes on
 *   probe tap X Y U V BX BY COUNT       COUNT times: presses at X Y, prints the milliseconds until the pixel U V
 *                                       changes; then lets go, and touches BX BY until it is as before
 *   probe page X Y U V BX BY COUNT      the same from letting go at X Y, for a touch that leads to another page
 *   probe frames SECONDS                prints how many times something was drawn meanwhile (XDamage) */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/extensions/Xdamage.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { POLL_US = 100, GIVE_UP_MS = 20000, BETWEEN_MS = 60, BACK_MS = 400, BACK_TRIES = 10 };

static double
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
sleep_us(long us)
{
    nanosleep(&(struct timespec){us / 1000000, us % 1000000 * 1000}, NULL);
}

static unsigned long
pixel(Display *display, int x, int y)
{
    XImage *image = XGetImage(display, DefaultRootWindow(display), x, y, 1, 1, AllPlanes, ZPixmap);
    unsigned long value = XGetPixel(image, 0, 0) & 0xffffff;
    XDestroyImage(image);
    return value;
}

/* Waits until the pixel is (or is not) that colour; the moment, or -1. */
static double
wait_pixel(Display *display, int x, int y, unsigned long value, int equal)
{
    double end = now_ms() + GIVE_UP_MS;
    while ((pixel(display, x, y) == value) != equal) {
        if (now_ms() > end) {
            return -1;
        }
        sleep_us(POLL_US);
    }
    return now_ms();
}

static int
start(Display *display, char **argv)
{
    int x = (int)strtol(argv[0], NULL, 10), y = (int)strtol(argv[1], NULL, 10);
    unsigned long wanted = strtoul(argv[2], NULL, 16);
    if (pixel(display, x, y) == wanted) {
        fprintf(stderr, "probe: the screen has that colour already\n");
        return 1;
    }
    double begin = now_ms();
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        if (freopen("/dev/null", "r", stdin) == NULL || freopen("/dev/null", "w", stdout) == NULL ||
            freopen("/dev/null", "w", stderr) == NULL) {
            _exit(126); /* whoever reads our output waits for all who hold it */
        }
        execvp(argv[3], argv + 3);
        _exit(127);
    }
    double end = wait_pixel(display, x, y, wanted, 1);
    printf("%ld %.2f\n", (long)pid, end < 0 ? -1 : end - begin);
    if (end < 0) {
        kill(pid, SIGTERM);
    }
    return end < 0;
}

/* The terminal goes to its next page when the finger is lifted, and locks for a moment; its way back is
 * at BX BY. In the other programs a touch there does nothing. */
static int
bring_back(Display *display, char **place, int u, int v, unsigned long before)
{
    int x = (int)strtol(place[0], NULL, 10), y = (int)strtol(place[1], NULL, 10);
    for (int i = 0; i < BACK_TRIES; i++) {
        sleep_us(BACK_MS * 1000);
        XTestFakeMotionEvent(display, -1, x, y, 0);
        XTestFakeButtonEvent(display, 1, True, 0);
        XTestFakeButtonEvent(display, 1, False, BETWEEN_MS);
        XSync(display, False);
        sleep_us(BACK_MS * 1000);
        if (pixel(display, u, v) == before) {
            return 1;
        }
    }
    return 0;
}

static int
tap(Display *display, char **argv, int from_release)
{
    int x = (int)strtol(argv[0], NULL, 10), y = (int)strtol(argv[1], NULL, 10);
    int u = (int)strtol(argv[2], NULL, 10), v = (int)strtol(argv[3], NULL, 10);
    for (long count = strtol(argv[6], NULL, 10); count > 0; count--) {
        XTestFakeMotionEvent(display, -1, x, y, 0);
        XSync(display, False);
        sleep_us(BETWEEN_MS * 1000);
        unsigned long before = pixel(display, u, v);
        if (from_release) {
            XTestFakeButtonEvent(display, 1, True, 0);
            XSync(display, False);
            sleep_us(BETWEEN_MS * 1000);
        }
        double begin = now_ms();
        XTestFakeButtonEvent(display, 1, !from_release, 0);
        XFlush(display);
        double end = wait_pixel(display, u, v, before, 0);
        if (!from_release) {
            XTestFakeButtonEvent(display, 1, False, 0);
            XSync(display, False);
        }
        if (end < 0 || !bring_back(display, argv + 4, u, v, before)) {
            fprintf(stderr, "probe: the screen did not change, or not back\n");
            return 1;
        }
        printf("%.3f\n", end - begin);
        sleep_us(BETWEEN_MS * 1000);
    }
    return 0;
}

static int
frames(Display *display, char **argv)
{
    int event_base, error_base;
    long count = 0;
    if (!XDamageQueryExtension(display, &event_base, &error_base)) {
        return 1;
    }
    XDamageCreate(display, DefaultRootWindow(display), XDamageReportRawRectangles);
    XSync(display, True); /* the first event says only that there is something on the screen */
    double end = now_ms() + 1e3 * strtod(argv[0], NULL);
    while (now_ms() < end) {
        sleep_us(20000);
        while (XPending(display) > 0) {
            XEvent event;
            XNextEvent(display, &event);
            count += event.type == event_base + XDamageNotify;
        }
    }
    printf("%ld\n", count);
    return 0;
}

int
main(int argc, char **argv)
{
    Display *display = XOpenDisplay(NULL);
    if (display == NULL) {
        return 1;
    }
    if (argc > 5 && strcmp(argv[1], "start") == 0) {
        return start(display, argv + 2);
    }
    if (argc == 9 && strcmp(argv[1], "tap") == 0) {
        return tap(display, argv + 2, 0);
    }
    if (argc == 9 && strcmp(argv[1], "page") == 0) {
        return tap(display, argv + 2, 1);
    }
    if (argc == 3 && strcmp(argv[1], "frames") == 0) {
        return frames(display, argv + 2);
    }
    return 2;
}
