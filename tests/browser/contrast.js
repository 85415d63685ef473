// Text in the document, its colour against what lies behind it: what is below the bound is returned. With `rings`, instead of
// text, the ring around each control that has the focus, against what lies behind the control.
const parse = text => {
  const canvas = parse.canvas ??= Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d',
    {willReadFrequently: true});
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
};
const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] + under[i] * (1 - top[3])).concat(1);
const behind = element => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor);
    if (colour[3] > 0) { layers.push(colour); if (colour[3] === 1) break; }
  }
  return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
};
const light = colour => colour.slice(0, 3).map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
const found = new Map();
const ring = control => {
  control.focus({preventScroll: true});
  const style = getComputedStyle(control), ground = behind(control.parentElement);
  const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  return drawn ? ratio(over(parse(style.outlineColor), ground), ground) : 0;
};
const controls = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
for (const root of document.querySelectorAll(selector)) {
  if (rings) {
    const had = document.activeElement;
    for (const control of root.querySelectorAll(controls)) {
      if (control.disabled || control.tabIndex < 0 || !control.checkVisibility({visibilityProperty: true})) continue;
      const value = ring(control);
      if (value < bound) found.set(`ring ${value.toFixed(2)}`, control.outerHTML.slice(0, 120));
    }
    had?.focus({preventScroll: true});
    continue;
  }
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node; (node = texts.nextNode());) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('style, script, mjx-container, [disabled]') || !element.checkVisibility()) continue;
    const ground = behind(element), style = getComputedStyle(element), value = ratio(over(parse(style.color), ground), ground);
    if (value < bound) found.set(`${element.className || element.tagName} ${value.toFixed(2)}`, node.data.trim().slice(0, 40));
  }
  for (const box of root.querySelectorAll('input[placeholder], textarea[placeholder]')) {
    const ground = behind(box), value = ratio(over(parse(getComputedStyle(box, '::placeholder').color), ground), ground);
    if (value < bound) found.set(`placeholder ${value.toFixed(2)}`, box.placeholder);
  }
}
return [...found].map(each => each.join(': '));
