// The looks and the keys of flame pages.

/** The style sheet. */
export const FLAME_STYLE: string = [
  ':root{--ground:#fff;--text:#1a1a1a;--soft:#555;--layer:#cfe3f5;--node:#f9d9b8;--edge:#fff;--focus:#0050b3}',
  '@media (prefers-color-scheme:dark){:root{--ground:#15171a;--text:#ececec;--soft:#b0b0b0;--layer:#234a6b;--node:#6b4520;--edge:#15171a;--focus:#7cc4ff}}',
  '*{box-sizing:border-box}body{margin:1.5rem;font:14px/1.4 system-ui,sans-serif;background:var(--ground);color:var(--text)}',
  'h1{font-size:1.25rem;margin:0 0 .25rem;overflow-wrap:anywhere}p{margin:.2rem 0;color:var(--soft)}',
  '#facts{position:sticky;top:0;min-height:9.5em;padding:.5rem 0;background:var(--ground);white-space:pre-line;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}',
  '#flame{display:flex;width:100%}.box{min-width:0;overflow:hidden;display:flex;flex-direction:column}.below{display:flex;min-width:0}.rest{min-width:0}',
  'button{display:block;width:100%;min-width:0;height:24px;padding:0 3px;border:0;border-right:1px solid var(--edge);border-bottom:1px solid var(--edge);',
  'overflow:hidden;white-space:nowrap;text-overflow:ellipsis;text-align:left;font:12px/23px system-ui,sans-serif;color:var(--text);cursor:pointer}',
  '.layer{background:var(--layer)}.node{background:var(--node)}',
  'button:focus-visible,button:hover{outline:2px solid var(--focus);outline-offset:-2px}',
  '.wide>.below>.box:not(.wide),.wide>.below>.rest{display:none}#flame .last>.below>.box,#flame .last>.below>.rest{display:flex}',
  '#flame .last>.below>.rest{display:block}',
].join('');

/** Shows the facts of the box under the pointer or the focus; widens boxes; moves along the tree. */
export const FLAME_SCRIPT: string = `
const flame = document.getElementById('flame');
const facts = document.getElementById('facts');
const show = (button) => { facts.textContent = button.getAttribute('aria-label'); };
const boxOf = (button) => button.parentElement;
const buttonOf = (box) => box && box.firstElementChild;
const isBox = (element) => element && element.classList.contains('box') && element.offsetWidth > 0;
const widen = (box) => {
  for (const each of flame.querySelectorAll('.wide')) each.classList.remove('wide', 'last');
  if (box.parentElement === flame) return;
  box.classList.add('last');
  for (let each = box; each !== flame; each = each.parentElement) if (each.classList.contains('box')) each.classList.add('wide');
};
const beside = (box, step) => {
  let next = box;
  do next = step > 0 ? next.nextElementSibling : next.previousElementSibling; while (next && !isBox(next));
  return next;
};
const moves = {
  ArrowDown: (box) => [...(box.children[1] ? box.children[1].children : [])].find(isBox),
  ArrowUp: (box) => box.parentElement.closest('.box'),
  ArrowRight: (box) => beside(box, 1),
  ArrowLeft: (box) => beside(box, -1),
  Home: () => flame.firstElementChild,
};
const focus = (button) => {
  for (const each of flame.querySelectorAll('[tabindex="0"]')) each.tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
};
flame.addEventListener('pointerover', (event) => { if (event.target.tagName === 'BUTTON') show(event.target); });
flame.addEventListener('focusin', (event) => show(event.target));
flame.addEventListener('click', (event) => { if (event.target.tagName === 'BUTTON') { widen(boxOf(event.target)); focus(event.target); } });
flame.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') { widen(flame.firstElementChild); focus(buttonOf(flame.firstElementChild)); return; }
  const move = moves[event.key];
  const next = move && buttonOf(move(boxOf(event.target)));
  if (!move) return;
  event.preventDefault();
  if (next) focus(next);
});
show(buttonOf(flame.firstElementChild));
`;
