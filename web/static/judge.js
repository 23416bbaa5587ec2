// The form of an information asset: as soon as a question is answered, asks the portal to
// what level the answers come, and shows it below the questions. Without this the button
// asks.

const form = document.querySelector('form[data-judge]');
const button = form?.querySelector('button[value=judge]');
let asked = 0; // the newest request: an older answer that comes late is not shown

async function judge() {
	const mine = ++asked;
	busy(true); // what stands beneath a question is not what its answer comes to yet
	const typed = new FormData(form);
	typed.append(button.name, button.value);
	try {
		const response = await fetch(form.action, {method: 'POST', body: new URLSearchParams(typed), signal: AbortSignal.timeout(10000)});
		const page = new DOMParser().parseFromString(await response.text(), 'text/html');
		if (mine !== asked) return;
		for (const shown of form.querySelectorAll('.outcome')) {
			const now = page.getElementById(shown.id);
			// what is the same is not read out again
			if (now && now.innerHTML !== shown.innerHTML) shown.replaceChildren(...now.childNodes);
		}
	} catch {
		// the button is there
	}
	if (mine === asked) busy(false);
}

function busy(is) {
	for (const shown of form.querySelectorAll('.outcome')) shown.setAttribute('aria-busy', is);
}

form?.addEventListener('change', (event) => {
	if (event.target.closest('.ask')) judge();
});
