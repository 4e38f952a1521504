// Hears once of the answer to one request. htmx tells of it on the elements that asked, which the page may not have any
// more by then: there, not on the document, is where to listen.
export const answered = (element, type, xhr, work) => {
  const hear = ({ detail }) => {
    if (detail.xhr !== xhr) return;
    element.removeEventListener(type, hear);
    work(detail);
  };
  element.addEventListener(type, hear);
};
