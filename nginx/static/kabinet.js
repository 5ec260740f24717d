/*
 * kabinet.js -- small improvements; every page works without them. Runs after the page is parsed (defer).
 */
'use strict';

/* A button that shows a password while it is typed; it hides again when the form is sent. */
for (const box of document.querySelectorAll('.secret')) {
  const input = box.querySelector('input');
  const button = document.createElement('button');
  const word = document.createTextNode('');
  const what = document.createElement('span');
  const show = (visible) => {
    input.type = visible ? 'text' : 'password';
    word.data = visible ? 'Скрыть' : 'Показать';
  };
  what.className = 'unseen';
  what.textContent = ': ' + document.querySelector(`label[for="${input.id}"]`).textContent;
  button.type = 'button';
  button.className = 'show';
  button.append(word, what);
  button.addEventListener('click', () => show(input.type === 'password'));
  input.form.addEventListener('submit', () => show(false));
  show(false);
  box.append(button);
}

/* What needs a script to work is hidden until there is one. */
for (const part of document.querySelectorAll('.needs-script'))
  part.hidden = false;
for (const button of document.querySelectorAll('[data-print]'))
  button.addEventListener('click', () => window.print());

/* After a refused form the person stands at the first field to mend. */
document.querySelector('[aria-invalid="true"]')?.focus();

/* «Ещё» closes by Escape and by a touch elsewhere. */
const more = document.querySelector('.more details');
if (more) {
  document.addEventListener('click', (event) => {
    if (!more.contains(event.target))
      more.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && more.open) {
      more.open = false;
      more.querySelector('summary').focus();
    }
  });
}

/* A second touch of a button while the first is on its way sends nothing; back from the cache, the form works again. */
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent)
      event.preventDefault();
    form.dataset.sent = '1';
  });
}
window.addEventListener('pageshow', () => {
  for (const form of document.forms)
    delete form.dataset.sent;
});
