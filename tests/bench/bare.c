/* bench/bare.c - the floor for start, memory and touch: a bare SDL2 and SDL2_ttf program that draws the
 * terminal's first page by constants and fills a language's button while it is pressed. No layout, no
 * catalogs, no card, no wiping; what a weekend would give. Places are those of `dump` on the attract page
 * (0.1 mm), times 0.403 pixels. */
#include <SDL.h>
#include <SDL_ttf.h>

enum { WIDTH = 1920, HEIGHT = 1080, TEXTS_MAX = 21, COLUMNS = 7, BUTTONS = 15, FONTS = 8 };

#define NOTO "/usr/share/fonts/truetype/noto/NotoSans"
#define CJK "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"

/* Of the terminal's fonts those that this page needs. */
enum font_number { BIZ, SC, TC, KR, LATIN, DEVANAGARI, MYANMAR, THAI };
static const struct font {
    const char *path;
    long face;
} fonts[FONTS] = {
    [BIZ] = {"/usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Bold.ttf", 0},
    [SC] = {CJK, 2},
    [TC] = {CJK, 3},
    [KR] = {CJK, 1},
    [LATIN] = {NOTO "-Bold.ttf", 0},
    [DEVANAGARI] = {NOTO "Devanagari-Bold.ttf", 0},
    [MYANMAR] = {NOTO "Myanmar-Bold.ttf", 0},
    [THAI] = {NOTO "Thai-Bold.ttf", 0},
};

static const SDL_Color ink = {0x16, 0x16, 0x1a, 255}, paper = {0xfb, 0xfa, 0xf7, 255},
                       white = {255, 255, 255, 255}, primary = {0x00, 0x11, 0x8f, 255},
                       band = {0xff, 0xd4, 0x3d, 255};
#define ROW(y)                                                                                     \
    {97, y, 229, 93}, {346, y, 229, 93}, {596, y, 229, 93}, {845, y, 229, 93}, {1095, y, 229, 93}, \
        {1344, y, 229, 93},                                                                        \
    {                                                                                              \
        1594, y, 229, 93                                                                           \
    }
static const SDL_Rect buttons[BUTTONS] = {ROW(822), ROW(939), {1533, 721, 290, 81}};

/* y: the middle of the line. button: centred in buttons[button - 1]. */
static const struct words {
    const char *text;
    int x, y, size, light, button;
    enum font_number font;
} words[TEXTS_MAX] = {
    {"ひたち交流センター　総合まどぐち", 113, 94, 42, 1, 0, BIZ},
    {"書かずに、", 113, 226, 109, 1, 0, BIZ},
    {"手続きできます。", 113, 378, 109, 1, 0, BIZ},
    {"画面にさわると始まります。", 113, 541, 42, 1, 0, BIZ},
    {"マイナンバーカードがなくても使えます。", 113, 604, 42, 1, 0, BIZ},
    {"ことばを えらぶ　／　Choose your language", 97, 771, 29, 0, 0, BIZ},
    {"日本語", 0, 0, 35, 0, 1, BIZ},
    {"やさしい日本語", 0, 0, 29, 0, 2, BIZ},
    {"English", 0, 0, 35, 0, 3, BIZ},
    {"简体中文", 0, 0, 35, 0, 4, SC},
    {"繁體中文", 0, 0, 35, 0, 5, TC},
    {"한국어", 0, 0, 35, 0, 6, KR},
    {"Tiếng Việt", 0, 0, 35, 0, 7, LATIN},
    {"Filipino", 0, 0, 35, 0, 8, LATIN},
    {"नेपाली", 0, 0, 35, 0, 9, DEVANAGARI},
    {"Português", 0, 0, 35, 0, 10, LATIN},
    {"Indonesia", 0, 0, 35, 0, 11, LATIN},
    {"မြန်မာ", 0, 0, 35, 0, 12, MYANMAR},
    {"ไทย", 0, 0, 35, 0, 13, THAI},
    {"Español", 0, 0, 35, 0, 14, LATIN},
    {"つかいやすく", 0, 0, 29, 0, 15, BIZ},
};

struct bare {
    SDL_Renderer *renderer;
    SDL_Texture *texts[TEXTS_MAX], *pressed_texts[TEXTS_MAX];
    SDL_Rect places[TEXTS_MAX];
    int pressed; /* button number from 1, 0 for none */
};

static void
colour(SDL_Renderer *renderer, SDL_Color c)
{
    SDL_SetRenderDrawColor(renderer, c.r, c.g, c.b, c.a);
}

static void
make_texts(struct bare *bare)
{
    for (int i = 0; i < TEXTS_MAX; i++) {
        const struct words *w = &words[i];
        const struct font *f = &fonts[w->font];
        TTF_Font *font = TTF_OpenFontIndex(f->path, w->size, f->face);
        SDL_Surface *surface = TTF_RenderUTF8_Blended(font, w->text, w->light ? white : ink);
        bare->places[i] = (SDL_Rect){w->x, w->y - surface->h / 2, surface->w, surface->h};
        bare->texts[i] = SDL_CreateTextureFromSurface(bare->renderer, surface);
        SDL_FreeSurface(surface);
        if (w->button > 0) {
            const SDL_Rect *in = &buttons[w->button - 1];
            bare->places[i].x = in->x + (in->w - bare->places[i].w) / 2;
            bare->places[i].y = in->y + (in->h - bare->places[i].h) / 2;
            surface = TTF_RenderUTF8_Blended(font, w->text, white);
            bare->pressed_texts[i] = SDL_CreateTextureFromSurface(bare->renderer, surface);
            SDL_FreeSurface(surface);
        }
        TTF_CloseFont(font);
    }
}

static void
disc(SDL_Renderer *renderer, int cx, int cy, int radius)
{
    for (int y = -radius; y <= radius; y++) {
        int half = (int)SDL_sqrt((double)(radius * radius - y * y));
        SDL_RenderDrawLine(renderer, cx - half, cy + y, cx + half, cy + y);
    }
}

static void
frame_box(SDL_Renderer *renderer, SDL_Rect rect, int border, SDL_Color edge, SDL_Color inside)
{
    colour(renderer, edge);
    SDL_RenderFillRect(renderer, &rect);
    rect = (SDL_Rect){rect.x + border, rect.y + border, rect.w - 2 * border, rect.h - 2 * border};
    colour(renderer, inside);
    SDL_RenderFillRect(renderer, &rect);
}

static void
draw_card(SDL_Renderer *renderer)
{
    colour(renderer, white);
    disc(renderer, 1631, 286, 175);
    frame_box(renderer, (SDL_Rect){1516, 206, 230, 160}, 12, primary, white);
    frame_box(renderer, (SDL_Rect){1545, 240, 62, 62}, 12, primary, white);
    static const SDL_Rect lines[] = {
        {1625, 244, 92, 12}, {1625, 274, 92, 12}, {1545, 320, 127, 12}};
    colour(renderer, primary);
    SDL_RenderFillRects(renderer, lines, 3);
}

static void
draw(struct bare *bare)
{
    SDL_Renderer *renderer = bare->renderer;
    colour(renderer, paper);
    SDL_RenderClear(renderer);
    colour(renderer, primary);
    SDL_RenderFillRect(renderer, &(SDL_Rect){0, 0, WIDTH, 697});
    colour(renderer, band);
    SDL_RenderFillRect(renderer, &(SDL_Rect){0, 697, WIDTH, 12});
    draw_card(renderer);
    for (int i = 0; i < BUTTONS; i++) {
        frame_box(renderer, buttons[i], 4, ink, bare->pressed == i + 1 ? primary : white);
    }
    for (int i = 0; i < TEXTS_MAX; i++) {
        int lit = words[i].button > 0 && bare->pressed == words[i].button;
        SDL_RenderCopy(
            renderer, lit ? bare->pressed_texts[i] : bare->texts[i], NULL, &bare->places[i]);
    }
    SDL_RenderPresent(renderer);
}

/* True when the picture has to change. */
static int
touch(struct bare *bare, const SDL_Event *event)
{
    int before = bare->pressed;
    if (event->type == SDL_MOUSEBUTTONUP) {
        bare->pressed = 0;
    } else if (event->type == SDL_MOUSEBUTTONDOWN) {
        SDL_Point at = {event->button.x, event->button.y};
        for (int i = 0; i < BUTTONS; i++) {
            bare->pressed = SDL_PointInRect(&at, &buttons[i]) ? i + 1 : bare->pressed;
        }
    }
    return bare->pressed != before ||
           (event->type == SDL_WINDOWEVENT && event->window.event == SDL_WINDOWEVENT_EXPOSED);
}

int
main(void)
{
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0 || TTF_Init() != 0) {
        return 1;
    }
    SDL_Window *window = SDL_CreateWindow(
        "bare", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_FULLSCREEN_DESKTOP | SDL_WINDOW_BORDERLESS);
    struct bare bare = {.renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE)};
    if (bare.renderer == NULL) {
        return 1;
    }
    make_texts(&bare);
    draw(&bare);
    for (SDL_Event event; SDL_WaitEvent(&event) && event.type != SDL_QUIT;) {
        if (touch(&bare, &event)) {
            draw(&bare);
        }
    }
    SDL_Quit();
    return 0;
}
